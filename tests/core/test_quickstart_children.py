"""Child processes are restarted, ended in order, and never left behind; on real processes."""

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from governance.core.management.commands import quickstart
from governance.core.quickstart.children import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import os, signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "os.fork()\nprint('on', flush=True)\ntime.sleep(600)",
]


def _until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_dead_child_starts_again_with_growing_pauses(tmp_path):
    said = []
    child = Child("web", SLEEP, tmp_path / "web.log")
    supervisor = Supervisor([child], said.append)
    supervisor.start()
    try:
        for expected in (1, 2, 4):
            os.kill(child.process.pid, signal.SIGKILL)
            child.process.wait(5)
            supervisor.watch_once()
            assert child.process is None
            assert f"starts again in {expected} s" in said[-1]
            supervisor.watch_once()
            assert child.process is None  # the pause is not over
            child.start_after = 0
            supervisor.watch_once()
            assert child.is_running()
    finally:
        supervisor.stop()


def test_child_that_ran_well_for_long_starts_again_at_once(tmp_path):
    child = Child("web", SLEEP, tmp_path / "web.log", pause=32.0)
    child.started_at = time.monotonic() - 100
    assert child.plan_restart(time.monotonic()) == 1.0


def test_child_that_will_not_end_is_killed_with_all_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr("governance.core.quickstart.children.STOP_SECONDS", 1)
    child = Child("worker", STUBBORN, tmp_path / "worker.log")
    supervisor = Supervisor([child], print)
    supervisor.start()
    _until(lambda: child.log.read_text().count("on") == 2)
    family = [
        child.process.pid,
        *[p.pid for p in psutil.Process(child.process.pid).children()],
    ]
    assert len(family) == 2
    supervisor.stop()
    _until(lambda: all(_is_gone(pid) for pid in family))


@pytest.mark.faults
def test_children_end_when_the_parent_is_killed(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from governance.core.quickstart.children import Child\n"
        f"c = Child('web', {SLEEP!r}, Path({str(tmp_path / 'web.log')!r}))\n"
        "c.start(); print(c.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait(5)
    _until(lambda: _is_gone(pid))


def test_long_log_is_begun_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("governance.core.quickstart.children.LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    log.write_text("x" * 11)
    child = Child("web", [sys.executable, "-c", "print('new')"], log)
    child.start()
    child.process.wait(10)
    assert log.read_text() == "new\n"


def test_taken_port_is_told_in_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError) as told:
            call_command("quickstart", port=str(port))
    assert f"Port {port} is taken" in str(told.value)
    assert "\n" not in str(told.value)


def test_the_port_is_ours_before_and_between_web_servers(tmp_path):
    """Another program is refused it, and a caller is answered by the web server to come."""
    with quickstart._open_door(0) as door:
        address = door.getsockname()
        with pytest.raises(CommandError, match="is taken"):
            quickstart._open_door(address[1])
        with socket.create_connection(address, timeout=10) as early:
            answer = (
                "import socket\n"
                f"door = socket.socket(fileno={door.fileno()})\n"
                "door.accept()[0].sendall(b'here')"
            )
            child = Child(
                "web",
                [sys.executable, "-c", answer],
                tmp_path / "web.log",
                inherited=(door.fileno(),),
            )
            child.start()
            assert early.recv(4) == b"here", child.log_end()
            child.process.wait(5)


@pytest.mark.parametrize("port", ["0", "70000", "eighty"])
def test_port_that_is_none_is_told(port):
    with pytest.raises(CommandError, match="1 to 65535"):
        call_command("quickstart", port=port)


def test_database_that_does_not_answer_is_told_in_one_sentence(monkeypatch):
    def refuse():
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(quickstart.connection, "ensure_connection", refuse)
    with pytest.raises(CommandError) as told:
        quickstart.Command()._prepare()
    assert str(told.value) == "The database does not answer: connection refused"


def test_second_quickstart_of_one_folder_is_refused(settings, short_dir):
    settings.STATE_DIR = short_dir
    with quickstart._alone(), pytest.raises(CommandError, match="already runs"):  # noqa: SIM117
        with quickstart._alone():
            pass


def test_table_is_straight_with_chinese_in_it():
    assert quickstart._width("town_a") == 6
    assert quickstart._width("云城街道") == 8


@pytest.mark.parametrize("given", ["", "https://onegrid.example.org"])
def test_messages_name_the_port_that_is_served_unless_an_address_is_set(
    monkeypatch, settings, given
):
    settings.SITE_ADDRESS = given or "http://127.0.0.1:8000"
    monkeypatch.setenv("SITE_ADDRESS", given)
    with quickstart._open_door(_free_port()) as door:
        quickstart._follow_port(door)
        expected = given or f"http://127.0.0.1:{door.getsockname()[1]}"
    assert (os.environ["SITE_ADDRESS"], settings.SITE_ADDRESS) == (expected, expected)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
