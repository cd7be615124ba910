"""The PostgreSQL and Redis servers that the wheels carry, for a machine that has none.

State lies under /var/tmp (short paths for Unix sockets), never under a home: as root the wheel
opens every parent folder of its data directory for reading.
"""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit


def default_state_dir(base_dir: Path) -> Path:
    digest = hashlib.sha256(str(base_dir).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"onegrid-{os.getuid()}" / digest  # noqa: S108 - see above


def local_secret(state_dir: Path, name: str = "secret_key") -> str:
    """A secret made once and kept in the state folder, readable by its owner only."""
    path = state_dir / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def database_settings(state_dir: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "onegrid",
        "USER": "postgres",
        "HOST": str(state_dir / "pg"),
        "PORT": "5432",
    }


def redis_url(state_dir: Path) -> str:
    return f"redis+socket://{state_dir / 'redis' / 'redis.sock'}"


def origin_of(url: str) -> list[str]:
    """The origin of an address, as a list that is empty when there is no address."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
