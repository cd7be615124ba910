"""PostgreSQL and Redis of our own, from the wheels, for a machine that has neither.

Everything lives in one state folder: `postgres/` (data), `redis/` (append-only file), `run/`
(the two Unix sockets), `logs/`, the local secrets and the uploads. No TCP port is opened.

The servers are processes of their own: a program takes hold of them with `Servers.hold()`, and
the last holder to let go stops them. A holder that was killed lets go by dying; the servers it
leaves behind are adopted by the next one. Two starts at once wait for each other.

PostgreSQL refuses to run as root. As root it therefore runs as the system user `pgserver`, who
must be able to enter the state folder: keep that folder out of home directories. The programs
themselves are copied beside the data when they lie where `pgserver` cannot go; no permission of
any parent folder is ever widened.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from governance.core.servers.base import (
    SOCKET_PATH_LIMIT,
    EmbeddedError,
    ensure_state_dir,
    socket_dir,
)
from governance.core.servers.postgres import DATABASE, PORT, ROLE, Postgres
from governance.core.servers.redis import Redis

__all__ = [
    "DATABASE",
    "ROLE",
    "SOCKET_PATH_LIMIT",
    "EmbeddedError",
    "Postgres",
    "Redis",
    "Servers",
    "cache_url",
    "database_settings",
    "database_url",
    "default_state_dir",
    "ensure_state_dir",
    "local_secret",
    "origin_of",
    "redis_url",
    "socket_dir",
]


# --- Names that settings.py needs; nothing is started here ---------------------------------


def default_state_dir(base_dir: Path) -> Path:
    """The state folder of a clone: short (sockets need it), and never under a home."""
    mark = hashlib.sha256(str(base_dir.resolve()).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"onegrid-{os.getuid()}" / mark  # noqa: S108 owner is checked


def local_secret(state_dir: Path, name: str = "secret_key") -> str:
    """The secret of that name, made once for this state folder and readable by its owner."""
    path = ensure_state_dir(state_dir) / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(
            os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as file:
            file.write(secrets.token_urlsafe(48))
        # The link fails when another process was first: then its secret counts.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def database_settings(state_dir: Path) -> dict[str, object]:
    """The `DATABASES` entry of the embedded PostgreSQL."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(socket_dir(state_dir)),
        "PORT": PORT,
    }


def database_url(state_dir: Path, name: str = DATABASE) -> str:
    """The same as one `DATABASE_URL`, for a child process."""
    return f"postgres://{ROLE}@/{name}?host={socket_dir(state_dir)}"


def redis_url(state_dir: Path, db: int = 0) -> str:
    """The embedded Redis as Celery writes it: `redis+socket:///path?virtual_host=db`."""
    url = f"redis+socket://{socket_dir(state_dir) / 'redis.sock'}"
    return f"{url}?virtual_host={db}" if db else url


def cache_url(url: str) -> str:
    """A Celery broker address as the redis client writes it: `unix:///path?db=1`."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    query = dict(parse_qsl(parts.query))
    if "virtual_host" in query:
        query["db"] = query.pop("virtual_host")
    return f"unix://{parts.path}" + (f"?{urlencode(query)}" if query else "")


def origin_of(url: str) -> list[str]:
    """The origin of an address for a content policy, or nothing: `https://host:port`."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.scheme and parts.netloc else []


def is_held(path: Path) -> bool:
    """Whether some program holds a lock on the file now."""
    if not path.exists():
        return False
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Servers:
    """Both embedded servers of one state folder."""

    def __init__(
        self, state_dir: Path, *, postgres: bool = True, redis: bool = True
    ) -> None:
        self.state_dir = state_dir
        self.postgres = Postgres(state_dir) if postgres else None
        self.redis = Redis(state_dir) if redis else None

    @contextmanager
    def hold(self) -> Iterator["Servers"]:
        """Run the servers while the block runs; the last holder stops them."""
        grip = self.acquire()
        try:
            yield self
        finally:
            self.release(grip)

    def acquire(self) -> int:
        """Start or adopt both servers; returns the grip to hand to `release`."""
        ensure_state_dir(self.state_dir)
        with self._locked():
            path = self.state_dir / "servers.users"
            grip = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(grip, fcntl.LOCK_SH)
                self._start()
            except BaseException:
                self._let_go(grip)
                raise
        return grip

    def release(self, grip: int) -> None:
        """Let go; stop the servers when nobody else holds them."""
        with self._locked():
            self._let_go(grip)

    def start(self) -> None:
        """Start or adopt both servers and leave them running, held by nobody."""
        ensure_state_dir(self.state_dir)
        with self._locked():
            self._start()

    def stop(self) -> None:
        """Stop both servers, whoever holds them."""
        for server in (self.redis, self.postgres):
            if server:
                server.stop()

    def _start(self) -> None:
        for server in (self.postgres, self.redis):
            if server:
                server.start()

    def _let_go(self, grip: int) -> None:
        try:
            fcntl.flock(grip, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else still holds them
        else:
            self.stop()
        finally:
            os.close(grip)

    def in_use(self) -> bool:
        """Whether some program holds the servers now."""
        return is_held(self.state_dir / "servers.users")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.state_dir / "servers.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
