"""Makes tests with real commits work on tables that refuse TRUNCATE and carry seeded rows.

Loaded as a plugin by `tests/conftest.py`. After a test with `transactional_db` Django empties
every table; the append-only triggers would refuse, so they are told to look away for that one
statement. What migrations had seeded (roles, dictionaries) is put back before the next such test;
`tests/database.py` remembers it. pytest-django asks for this test by test; here every test with
real commits gets it, for one that goes without leaves content types with other ids behind.

A page that a browser test closes may have asked the live server for something a moment before.
The tables are emptied when that is answered: the two would wait for each other's tables, and what
the answer writes would meet the next test.
"""

import threading
from typing import Any

import pgtrigger
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.test import TransactionTestCase

ANSWER_SECONDS = 20

_setup = TransactionTestCase._fixture_setup.__func__
_teardown = TransactionTestCase._fixture_teardown

_answering: set[threading.Thread] = set()
_changed = threading.Condition()


def _note(sender: Any, *, is_begun: bool) -> None:
    """Keep the live server's threads that answer now.

    A test's client has another handler; a test that calls the application itself does so in the
    main thread, and may never close the answer.
    """
    thread = threading.current_thread()
    is_live = isinstance(sender, type) and issubclass(sender, WSGIHandler)
    if is_live and thread is not threading.main_thread():
        with _changed:
            (_answering.add if is_begun else _answering.discard)(thread)
            _changed.notify_all()


def _is_quiet() -> bool:
    return not any(thread.is_alive() for thread in _answering)


def _begun(sender: Any, **_kwargs: Any) -> None:
    _note(sender, is_begun=True)


def _ended(sender: Any, **_kwargs: Any) -> None:
    _note(sender, is_begun=False)


request_started.connect(_begun)
request_finished.connect(_ended)


def _setup_with_seeds(case: type[TransactionTestCase]) -> None:
    case.serialized_rollback = True
    _setup(case)


def _teardown_past_triggers(case: Any) -> None:
    with _changed:
        _changed.wait_for(_is_quiet, timeout=ANSWER_SECONDS)
    with pgtrigger.ignore():
        _teardown(case)


TransactionTestCase._fixture_setup = classmethod(_setup_with_seeds)  # type: ignore[assignment]
TransactionTestCase._fixture_teardown = _teardown_past_triggers  # type: ignore[method-assign]
