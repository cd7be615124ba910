"""One effect per key, whatever arrives at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.core import idempotency
from governance.core.errors import Invalid
from governance.core.models import IdempotencyKey, User


def test_first_call_is_fresh_and_costs_two_statements(db):
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        once = idempotency.once("intake", "k1", {"a": 1})
        once.keep(7, {"no": "YC1"})
    assert not once.is_repeat
    assert len(queries) == 2


def test_repeat_gets_the_first_answer(db):
    with transaction.atomic():
        idempotency.once("intake", "k1", {"a": 1, "b": 2}).keep(7, {"no": "YC1"})
    with transaction.atomic():
        again = idempotency.once("intake", "k1", {"b": 2, "a": 1})
    assert again.is_repeat
    assert (again.subject_id, again.response) == (7, {"no": "YC1"})
    with pytest.raises(RuntimeError):
        again.keep(8, {})


def test_other_body_is_a_conflict(db):
    with transaction.atomic():
        idempotency.once("intake", "k1", "one").keep(7)
    with transaction.atomic(), pytest.raises(idempotency.KeyConflict) as refused:
        idempotency.once("intake", "k1", "two")
    assert refused.value.status == 409
    assert refused.value.code == "idempotency_conflict"


def test_scopes_never_meet(db):
    with transaction.atomic():
        idempotency.once("intake:a", "k1", "one").keep(7)
        assert not idempotency.once("intake:b", "k1", "two").is_repeat


@pytest.mark.parametrize("key", ["", "x" * 121, "a\x00b", "a\nb"])
def test_odd_keys_are_refused_in_words(db, key):
    with transaction.atomic(), pytest.raises(Invalid):
        idempotency.once("intake", key, "one")


def test_the_claim_needs_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        idempotency.once("intake", "k1", "one")


def test_a_rolled_back_first_call_frees_the_key(transactional_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        idempotency.once("intake", "k1", "one")
        raise ZeroDivisionError
    with transaction.atomic():
        assert not idempotency.once("intake", "k1", "one").is_repeat


def _submit(number: int) -> tuple[bool, object]:
    try:
        with transaction.atomic():
            once = idempotency.once("intake", "same", "body")
            if not once.is_repeat:
                user = User.objects.create(username=f"made-{number}")
                once.keep(user.pk, {"by": number})
            return once.is_repeat, once.response
    finally:
        connection.close()


def test_fifty_threads_one_key_one_effect(transactional_db):
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(_submit, range(50)))
    assert Counter(repeat for repeat, _answer in answers) == {True: 49, False: 1}
    assert len({str(answer) for _repeat, answer in answers}) == 1
    assert User.objects.filter(username__startswith="made-").count() == 1
    assert IdempotencyKey.objects.count() == 1
