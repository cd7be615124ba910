"""One effect per (scope, key): a repeated submission gets the first answer.

    with transaction.atomic():
        once = idempotency.once("intake:445302", key, body)
        if once.is_repeat:
            return once.response
        ...
        once.keep(request.pk, {"no": request.no})

The claim is a row in the caller's transaction. A second call with the same key waits for the
first one's commit and then reads its answer; if the first rolls back, the second does the work.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from governance.core.models import IdempotencyKey

# One statement when the key is fresh, which is nearly always. DO NOTHING waits for a concurrent
# holder of the key; READ COMMITTED then lets the SELECT below see what that one committed.
CLAIM = """
INSERT INTO core_idempotencykey (scope, key, body_hash, created_at) VALUES (%s, %s, %s, now())
ON CONFLICT (scope, key) DO NOTHING RETURNING id
"""


class KeyConflict(Conflict):
    """The key was used before for another body."""

    code = "idempotency_conflict"


class Once:
    """A claimed key. `is_repeat` says that `response` and `subject_id` are the first call's."""

    def __init__(
        self,
        pk: int,
        *,
        is_repeat: bool = False,
        subject_id: int | None = None,
        response: Any = None,
    ) -> None:
        self.pk = pk
        self.is_repeat = is_repeat
        self.subject_id = subject_id
        self.response = response

    def keep(self, subject_id: int | None, response: Any = None) -> None:
        """Store what the first call made and answered; `response` is JSON."""
        if self.is_repeat:
            raise RuntimeError("the first answer is never overwritten")
        IdempotencyKey.objects.filter(pk=self.pk).update(
            subject_id=subject_id, response=response
        )
        self.subject_id, self.response = subject_id, response


def body_hash(body: Mapping[str, Any] | str) -> str:
    """SHA-256 of the body; the order of a mapping's keys does not matter."""
    text = (
        body
        if isinstance(body, str)
        else json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def once(scope: str, key: str, body: Mapping[str, Any] | str) -> Once:
    """Claim `key` for the operation and caller that `scope` names.

    Args:
        scope: at most 80 characters, e.g. "intake:public"; keys of different scopes never meet.
        key: the client's key, 1 to 120 characters.
        body: what was submitted; a file counts by its content hash.

    Raises:
        Invalid: the key is empty, too long or not printable.
        KeyConflict: the key was used for another body (409).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("idempotency.once() needs the action's transaction")
    if not 0 < len(key) <= 120 or not key.isprintable():
        raise Invalid(_("The idempotency key must have 1 to 120 printable characters."))
    digest = body_hash(body)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [scope, key, digest])
        row = cursor.fetchone()
    if row:
        return Once(row[0])
    first = IdempotencyKey.objects.get(scope=scope, key=key)
    if first.body_hash != digest:
        raise KeyConflict(
            _("This key was already used for a different submission. Use a new key.")
        )
    return Once(
        first.pk,
        is_repeat=True,
        subject_id=first.subject_id,
        response=first.response,
    )
