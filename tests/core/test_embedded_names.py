"""The names that settings.py takes from the embedded servers, and the state folder's safety."""

import os
import stat
from pathlib import Path

import pytest

from governance.core import embedded


def test_state_folder_differs_by_clone_and_never_lies_in_a_home():
    here, there = (embedded.default_state_dir(Path(p)) for p in ("/srv/a", "/srv/b"))
    assert here != there
    assert Path.home() not in here.parents
    assert len(str(here / "run" / ".s.PGSQL.5432.lock")) < embedded.SOCKET_PATH_LIMIT


def test_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    first = embedded.local_secret(tmp_path)
    assert len(first) >= 50
    assert embedded.local_secret(tmp_path) == first
    assert embedded.local_secret(tmp_path, "field_key") != first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_folder_of_somebody_else_is_refused(tmp_path):
    link = tmp_path / "state"
    link.symlink_to(tmp_path)
    with pytest.raises(embedded.EmbeddedError, match="STATE_DIR"):
        embedded.ensure_state_dir(link)


def test_folder_with_too_long_a_path_gets_a_sentence(tmp_path):
    deep = tmp_path / ("x" * 90)
    with pytest.raises(embedded.EmbeddedError, match="too long"):
        embedded.Servers(deep, redis=False).acquire()


def test_closed_parent_folder_is_never_opened(short_dir):
    """Root hands the server to another user, who stays out; an ordinary user walks in."""
    closed = short_dir / "closed"
    closed.mkdir(mode=0o700)
    servers = embedded.Servers(closed / "s", redis=False)
    if os.getuid() == 0:
        with pytest.raises(embedded.EmbeddedError, match="cannot enter"):
            servers.acquire()
    else:
        servers.release(servers.acquire())
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis+socket:///run/r.sock", "unix:///run/r.sock"),
        ("redis+socket:///run/r.sock?virtual_host=3", "unix:///run/r.sock?db=3"),
        ("redis://cache:6379/1", "redis://cache:6379/1"),
    ],
)
def test_broker_address_becomes_a_cache_address(broker, cache):
    assert embedded.cache_url(broker) == cache


def test_redis_database_is_part_of_the_address(tmp_path):
    assert embedded.redis_url(tmp_path) == f"redis+socket://{tmp_path}/run/redis.sock"
    assert embedded.redis_url(tmp_path, 2).endswith("redis.sock?virtual_host=2")


def test_database_address_names_the_socket_folder(tmp_path):
    import environ

    found = environ.Env.db_url_config(embedded.database_url(tmp_path, "other"))
    assert found["NAME"] == "other"
    assert found["USER"] == embedded.ROLE
    assert found["OPTIONS"] == {"host": str(tmp_path / "run")}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", []),
        ("https://tiles.example.cn/{z}/{x}/{y}.png", ["https://tiles.example.cn"]),
        ("http://10.0.0.5:8080/t", ["http://10.0.0.5:8080"]),
    ],
)
def test_origin_of_an_address(url, origin):
    assert embedded.origin_of(url) == origin
