"""What the fault runs share."""

from pathlib import Path

import pytest

from governance.core.servers.postgres import Postgres
from tests.database import dump_template


@pytest.fixture
def tables(django_db_setup: None, short_dir: Path) -> Path:
    """The migrated tables as SQL, so that no run spends its time on migrations."""
    path = short_dir / "tables.sql"
    path.write_bytes(dump_template(Postgres(short_dir).program("pg_dump")))
    return path
