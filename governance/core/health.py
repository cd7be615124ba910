"""Can this installation serve? One check per part it needs."""

from collections.abc import Callable
from functools import partial

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from governance.core import embedded, engine

Part = tuple[bool, str]
_known_migrated = False


def parts() -> dict[str, Part]:
    """Each part with whether it works and a word about it; never raises."""
    checks: dict[str, Callable[[], Part]] = {
        "database": database,
        "migrations": migrations,
        "redis": redis_server,
    }
    for name in engine.PROCESSES:
        checks[name] = _turns(partial(engine.check_process, name))
    checks["outbox"] = _turns(engine.check_outbox)
    return {name: _tried(check) for name, check in checks.items()}


def database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, "answers"


def migrations() -> Part:
    """Whether all migrations are applied; once true it stays true for this process."""
    global _known_migrated
    if not _known_migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return False, f"{missing} not applied"
        _known_migrated = True
    return True, "applied"


def redis_server() -> Part:
    client = redis.Redis.from_url(
        embedded.cache_url(settings.REDIS_URL),
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),  # a probe wants the answer now
    )
    try:
        client.ping()
    finally:
        client.close()
    return True, "answers"


def _turns(look: Callable[[], engine.Check]) -> Callable[[], Part]:
    def check() -> Part:
        found = look()
        return found.ok, found.words

    return check


def _tried(check: Callable[[], Part]) -> Part:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError) as error:
        return False, type(error).__name__
