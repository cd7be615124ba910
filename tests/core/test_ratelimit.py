"""Limits count, tell the waiting time, and never wait for Redis."""

import socket
import time
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import override_settings

from governance.core import cache as cache_module
from governance.core import ratelimit
from governance.core.cache import Breaker, SurvivingRedisCache
from governance.core.errors import TooMany


@pytest.fixture
def fresh():
    SurvivingRedisCache.breaker = Breaker()
    caches["default"].clear()
    yield
    SurvivingRedisCache.breaker = Breaker()


@pytest.fixture
def deaf_redis(tmp_path: Path):
    """A socket that accepts and never answers, like a stopped (SIGSTOP) server."""
    path = tmp_path / "deaf.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(64)
    SurvivingRedisCache.breaker = Breaker()
    with override_settings(
        CACHES={
            "default": {
                "BACKEND": "governance.core.cache.SurvivingRedisCache",
                "LOCATION": f"unix://{path}",
                "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
            }
        }
    ):
        yield path
    server.close()
    SurvivingRedisCache.breaker = Breaker()


def test_the_hit_after_the_last_is_refused_with_the_waiting_time(fresh):
    for _number in range(3):
        ratelimit.hit("intake", "1.2.3.4", "3/h")
    with pytest.raises(TooMany) as refused:
        ratelimit.hit("intake", "1.2.3.4", "3/h")
    assert refused.value.status == 429
    assert 3500 < refused.value.extra["retry_after"] <= 3600
    assert "60" in refused.value.message


def test_subjects_and_names_are_counted_apart(fresh):
    ratelimit.hit("intake", "1.2.3.4", "1/h")
    ratelimit.hit("intake", "1.2.3.5", "1/h")
    ratelimit.hit("follow", "1.2.3.4", "1/h")


def test_the_window_ends(fresh):
    ratelimit.hit("intake", "a", "1/s")
    with pytest.raises(TooMany):
        ratelimit.hit("intake", "a", "1/s")
    time.sleep(1.1)
    ratelimit.hit("intake", "a", "1/s")


def test_redis_is_not_told_the_phone(fresh):
    ratelimit.hit("intake", "13800138000", "5/h")
    client = caches["default"]._redis()
    assert not [key for key in client.keys("*") if b"13800138000" in key]


@pytest.mark.parametrize("limit", ["", "60", "60/y", "x/h"])
def test_a_wrong_limit_is_told(limit):
    with pytest.raises(ValueError, match="60/h"):
        ratelimit.parse(limit)


def test_limits_read():
    assert ratelimit.parse("60/h") == (60, 3600)
    assert ratelimit.parse("5/10m") == (5, 600)


def test_a_frozen_redis_costs_one_time_out_and_shuts_nobody_out(deaf_redis):
    started = time.monotonic()
    ratelimit.hit("intake", "a", "1/h")
    assert time.monotonic() - started < 1
    started = time.monotonic()
    for _number in range(100):
        ratelimit.hit("intake", "a", "1/h")
        assert caches["default"].get("anything") is None
    assert time.monotonic() - started < 0.1


def test_the_breaker_closes_by_its_own_probe(monkeypatch):
    monkeypatch.setattr(cache_module, "PROBE_SECONDS", 0.02)
    breaker = Breaker()
    tries: list[int] = []

    def probe() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError

    breaker.open(probe)
    assert breaker.is_open
    deadline = time.monotonic() + 5
    while breaker.is_open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not breaker.is_open
    assert len(tries) == 3
