"""The Redis cache, made to survive Redis.

Nothing in Redis is the only copy, so a Redis that is down must never stop a page: reads miss and
writes are dropped. The first call that fails opens a breaker; from then on nobody waits, and a
background thread asks until Redis answers again. So a frozen Redis costs each process one
time-out in all, not one per call.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)
PROBE_SECONDS = 0.5
NO_END = -1  # what Redis says of a key that never ends


class Breaker:
    """Open while Redis is away; closed again by its own probe, never by a caller's wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_in = 0  # the process that opened it: a fork has no probe thread

    @property
    def is_open(self) -> bool:
        return self._open_in == os.getpid()

    def open(self, probe: Callable[[], Any]) -> None:
        """Stop calling; call again once `probe` returns without an error."""
        with self._lock:
            if self.is_open:
                return
            self._open_in = os.getpid()
        threading.Thread(
            target=self._watch, args=(probe,), name="redis-probe", daemon=True
        ).start()

    def _watch(self, probe: Callable[[], Any]) -> None:
        while True:
            time.sleep(PROBE_SECONDS)
            try:
                probe()
            except (RedisError, OSError):
                continue
            self._open_in = 0
            log.info("cache_back")
            return


class SurvivingRedisCache(RedisCache):
    """Answers "not there" while Redis is away."""

    breaker: ClassVar[Breaker] = Breaker()

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = params.setdefault("OPTIONS", {})
        # redis-py would otherwise try four times with pauses of up to ten seconds
        options.setdefault("retry", Retry(NoBackoff(), 0))
        super().__init__(server, params)
        self._client: Any = None

    def _try(
        self, call: Callable[..., Any], fallback: Any, *args: Any, **kwargs: Any
    ) -> Any:
        if self.breaker.is_open:
            return fallback
        try:
            return call(*args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache_away", error=type(error).__name__)
            self.breaker.open(self._redis().ping)
            return fallback

    def _redis(self) -> Any:
        """One client of the pool, kept: making one costs more than asking it."""
        if self._client is None:
            self._client = self._cache.get_client(write=True)
        return self._client

    def count(self, key: str, seconds: int) -> tuple[int, int] | None:
        """Add one to a counter that ends `seconds` after its first hit, in one round trip.

        Gives the count and the seconds left, or None while Redis is away.
        """
        made = self.make_and_validate_key(key)

        def hit() -> tuple[int, int]:
            # no transaction: it costs five answers more, and guards against one moment alone
            pipe = self._redis().pipeline(transaction=False)
            pipe.set(made, 0, ex=seconds, nx=True)
            pipe.incr(made)
            pipe.ttl(made)
            _made, number, left = pipe.execute()
            if left == NO_END:  # it ended between the first command and the second
                self._redis().expire(made, seconds)
                left = seconds
            return int(number), max(int(left), 1)

        result: tuple[int, int] | None = self._try(hit, None)
        return result

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._try(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().add, True, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().delete, False, *args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().touch, False, *args, **kwargs))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._try(super().incr, delta, key, delta, version))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return dict(self._try(super().get_many, {}, *args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._try(super().set_many, [], *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().delete_many, None, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().has_key, False, *args, **kwargs))

    def clear(self) -> None:
        self._try(super().clear, None)
