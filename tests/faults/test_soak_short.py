"""D2, shortened: five seeds of the outbox design keep everything, the control must not.

`make soak` runs twenty seeds in full.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.drive import kept_promise

ROOT = Path(__file__).resolve().parents[2]
SEEDS, SECONDS, FAULTS, RATE = 5, 20, 8, 30

pytestmark = pytest.mark.faults


def _drive(design: str, seeds: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.faults.drive", "--design", design]
    command += ["--seeds", str(seeds), "--seconds", str(SECONDS), "--rate", str(RATE)]
    done = subprocess.run(
        [*command, "--faults", str(FAULTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seeds * 150 + 120,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    runs: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
    return runs


def test_outbox_loses_and_repeats_nothing():
    for run in _drive("outbox", SEEDS):
        assert run["accepted"] >= SECONDS * RATE * 0.9, run
        assert (run["lost"], run["doubled"], run["refused"]) == (0, 0, 0), run
        assert kept_promise(run), run


def test_the_control_loses_some():
    for run in _drive("control", 1):
        assert run["lost"] > 0, run
