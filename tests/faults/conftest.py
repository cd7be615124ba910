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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest run and put its control half-way.

    So neither stands alone at the end while the other worker has nothing left, and the two do
    not take each other's time.
    """
    found = {item.name: item for item in items if item.path.name == "test_soak.py"}
    for name, where in (
        ("test_outbox_loses_and_repeats_nothing", 0),
        ("test_the_control_loses_some", len(items) // 2),
    ):
        if name in found:
            items.remove(found[name])
            items.insert(where, found[name])
