"""One JSON object a line, without phones and identity numbers."""

import json
import logging
import os
import subprocess
import sys

import pytest
import structlog
from django.conf import settings

from governance.core import logs


@pytest.fixture
def lines(capsys):
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    logs.configure({"level": "INFO"})

    def read():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("打13812345678找王姐", "打138****5678找王姐"),
        ("44530219800101123X", "4453************3X"),
        ("445302198001011234", "4453************34"),
        ("id 94371520131072", "id 94371520131072"),
        ("2026111912345678901", "2026111912345678901"),
        ("12812345678", "12812345678"),
    ],
)
def test_mask(text, seen):
    assert logs.mask(text) == seen


def test_mask_reaches_every_depth(lines):
    structlog.get_logger("t").info("call", data={"a": ["13812345678", 13812345678]})
    (line,) = lines()
    assert line["data"] == {"a": ["138****5678", "138****5678"]}
    assert (line["event"], line["level"]) == ("call", "info")


def test_traceback_is_masked_too(lines):
    try:
        raise ValueError("13812345678")
    except ValueError:
        logging.getLogger("django.request").exception("failed for %s", "13812345678")
    (line,) = lines()
    assert "138****5678" in line["exception"]
    assert "13812345678" not in json.dumps(line)


def test_failure_number_is_on_the_line_with_the_traceback(lines, rf):
    from governance.core.views import errors

    structlog.contextvars.clear_contextvars()
    page = errors.server_error(rf.get("/api/v1/x"))
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x")
    number = json.loads(page.content)["failure_id"]
    assert [line["failure_id"] for line in lines()] == [number, number]
    structlog.contextvars.clear_contextvars()


def test_level_is_kept(lines):
    logs.configure({"level": "WARNING"})
    structlog.get_logger("t").info("quiet")
    logging.getLogger("t").warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


def test_a_worker_writes_the_line_that_tells_of_a_fault():
    """Celery turns stderr into a logger unless told otherwise: lines of ours were lost there."""
    starts_like_a_worker = (
        "from governance.celery import app;"
        "app.log.setup(loglevel='WARNING', redirect_stdouts=True);"
        "import django, structlog; django.setup();"
        "structlog.get_logger('t').error('import_broken', run_id=7)"
    )
    done = subprocess.run(
        [sys.executable, "-c", starts_like_a_worker],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "governance.settings"},
    )
    (line,) = [
        json.loads(said) for said in done.stderr.splitlines() if "run_id" in said
    ]
    assert (line["event"], line["run_id"]) == ("import_broken", 7)
