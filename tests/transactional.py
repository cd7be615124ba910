"""Makes tests with real commits work on tables that refuse TRUNCATE and carry seeded rows.

Loaded as a plugin by `tests/conftest.py`. After a test with `transactional_db` Django empties
every table; the append-only triggers would refuse, so they are told to look away for that one
statement. What migrations had seeded (roles, dictionaries) is put back before the next such test;
`tests/database.py` remembers it. pytest-django asks for this test by test; here every test with
real commits gets it, for one that goes without leaves content types with other ids behind.
"""

from typing import Any

import pgtrigger
from django.test import TransactionTestCase

_setup = TransactionTestCase._fixture_setup.__func__
_teardown = TransactionTestCase._fixture_teardown


def _setup_with_seeds(case: type[TransactionTestCase]) -> None:
    case.serialized_rollback = True
    _setup(case)


def _teardown_past_triggers(case: Any) -> None:
    with pgtrigger.ignore():
        _teardown(case)


TransactionTestCase._fixture_setup = classmethod(_setup_with_seeds)  # type: ignore[assignment]
TransactionTestCase._fixture_teardown = _teardown_past_triggers  # type: ignore[method-assign]
