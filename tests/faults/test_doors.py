"""D3: web and PostgreSQL killed under load; what was acknowledged is there once, untouched by hand.

Two kills here; forty in five minutes with `make soak` (SOAK=1).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS, KILLS = (300, 40) if os.environ.get("SOAK") == "1" else (6, 2)

pytestmark = pytest.mark.faults


def test_what_was_acknowledged_is_there_once(
    tables: Path,
) -> None:
    command = [sys.executable, "-m", "tests.faults.doors", "--tables", str(tables)]
    command += ["--seconds", str(SECONDS), "--kills", str(KILLS)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * SECONDS + 300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("acknowledged") > SECONDS, found
    assert found.pop("repeats") > 0, "nothing was hurt"
    assert found.pop("refused") == []
    assert {name: number for name, number in found.items() if number} == {}
