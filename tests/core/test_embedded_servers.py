"""The embedded servers start, survive, are adopted and are shared; on real processes."""

import multiprocessing
import os
import signal
import stat
import time
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from governance.core import embedded


def _query(servers: embedded.Servers, sql: str) -> str:
    link = psycopg2.connect(
        host=str(servers.state_dir / "run"),
        user=embedded.ROLE,
        dbname=embedded.DATABASE,
    )
    try:
        with link, link.cursor() as cursor:
            cursor.execute(sql)
            return str(cursor.fetchone()[0]) if cursor.description else ""
    finally:
        link.close()


def _redis(servers: embedded.Servers) -> "redis.Redis[bytes]":
    assert servers.redis
    return redis.Redis(unix_socket_path=str(servers.redis.socket))


def _hold_briefly(
    folder: str, seconds: float, started: "multiprocessing.Queue[int]"
) -> None:
    servers = embedded.Servers(Path(folder))
    with servers.hold():
        assert servers.postgres
        started.put(servers.postgres.pid() or 0)
        time.sleep(seconds)


def test_settings_of_the_server_are_as_promised(own_servers):
    assert _query(own_servers, "SHOW server_version").startswith("18.")
    assert _query(own_servers, "SHOW jit") == "off"
    assert _query(own_servers, "SHOW fsync") == "on"
    assert _query(own_servers, "SHOW max_connections") == "200"
    assert _query(own_servers, "SHOW listen_addresses") == ""
    assert (
        _query(own_servers, "SELECT rolsuper FROM pg_roles WHERE rolname = user")
        == "False"
    )
    client = _redis(own_servers)
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("port") == {"port": "0"}


def test_no_server_listens_on_a_port(own_servers):
    for server in (own_servers.postgres, own_servers.redis):
        process = psutil.Process(server.pid())
        assert [c for c in process.net_connections() if c.laddr] == []


def test_nobody_else_can_reach_the_sockets(own_servers):
    mode = stat.S_IMODE(own_servers.state_dir.stat().st_mode)
    assert mode & 0o007 == 0


def test_running_servers_left_behind_are_adopted(own_servers):
    before = (own_servers.postgres.pid(), own_servers.redis.pid())
    again = embedded.Servers(own_servers.state_dir)
    again.start()
    assert (again.postgres.pid(), again.redis.pid()) == before


def test_killed_servers_come_back_with_their_data(own_servers):
    _query(own_servers, "CREATE TABLE kept AS SELECT 7 AS seven")
    client = _redis(own_servers)
    client.set("kept", "seven")
    time.sleep(1.2)  # appendfsync everysec
    for server in (own_servers.postgres, own_servers.redis):
        os.kill(server.pid(), signal.SIGKILL)
    own_servers.start()
    assert _query(own_servers, "SELECT seven FROM kept") == "7"
    assert _redis(own_servers).get("kept") == b"seven"


def test_stale_pid_file_of_another_program_is_not_believed(own_servers):
    own_servers.stop()
    pid_file = own_servers.postgres.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{own_servers.postgres.data}\n0\n5432\n\n\n")
    (own_servers.redis.data / "redis.pid").write_text(str(os.getpid()))
    own_servers.start()
    assert own_servers.postgres.pid() != os.getpid()
    assert own_servers.redis.pid() != os.getpid()


def test_half_made_database_is_made_anew(short_dir):
    embedded.ensure_state_dir(short_dir)
    half = short_dir / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with embedded.Servers(short_dir, redis=False).hold() as servers:
        assert _query(servers, "SELECT 1") == "1"


@pytest.mark.faults
def test_two_starts_at_once_share_one_server_and_the_last_one_stops_it(short_dir):
    embedded.ensure_state_dir(short_dir)
    context = multiprocessing.get_context("spawn")
    started = context.Queue()
    holders = [
        context.Process(target=_hold_briefly, args=(str(short_dir), seconds, started))
        for seconds in (0.5, 3.0)
    ]
    for holder in holders:
        holder.start()
    pids = {started.get(timeout=60) for _ in holders}
    assert len(pids) == 1
    holders[0].join(30)
    servers = embedded.Servers(short_dir)
    assert servers.postgres.pid() in pids
    assert servers.in_use()
    holders[1].join(30)
    assert [holder.exitcode for holder in holders] == [0, 0]
    assert servers.postgres.pid() is None
    assert servers.redis.pid() is None
    assert not servers.in_use()


@pytest.mark.faults
def test_a_killed_holder_lets_go(short_dir):
    embedded.ensure_state_dir(short_dir)
    context = multiprocessing.get_context("spawn")
    started = context.Queue()
    holder = context.Process(target=_hold_briefly, args=(str(short_dir), 60, started))
    holder.start()
    pid = started.get(timeout=60)
    holder.kill()
    holder.join(10)
    servers = embedded.Servers(short_dir)
    assert servers.postgres.pid() == pid
    assert not servers.in_use()
    grip = servers.acquire()
    assert servers.postgres.pid() == pid
    servers.release(grip)
    assert servers.postgres.pid() is None
