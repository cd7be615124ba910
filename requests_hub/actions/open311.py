"""Requests and updates that programs send by Open311."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import locks
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.idempotency import once
from governance.core.models import DictionaryItem
from requests_hub.actions import base, feedback
from requests_hub.actions.actors import Reporter
from requests_hub.actions.intake import submit_request
from requests_hub.models import ApiClient, Open311Report, Open311Update, Request

SAME_WITHIN = timedelta(hours=1)
LONGEST_MEDIA = 1000
REOPEN = {"REOPEN", "REOPENED"}


@dataclass(frozen=True)
class Reported:
    """What came of a report; `is_repeat` when it was there already."""

    report: Open311Report
    is_repeat: bool = False


@transaction.atomic
def report(
    client: ApiClient,
    *,
    kind: str,
    category: DictionaryItem,
    inputs: Mapping[str, Any],
    answers: Mapping[str, list[str]],
    sent: Mapping[str, str],
    is_private: bool = False,
    idempotency_key: str = "",
) -> Reported:
    """Take a request in from a program; the same one again gives the first answer.

    The same is told by the program's own key, or, without one, by equal content within an hour:
    programs repeat what they got no answer to.

    Args:
        client: who sends it.
        kind: of the service: realtime, batch or blackbox.
        category: the service.
        inputs: for `submit_request`.
        answers: checked answers to the service's questions.
        sent: email, device_id, account_id, media_url, requested_datetime as they came.
        is_private: the service's requests are not shown.
        idempotency_key: the program's own.

    Raises:
        Invalid: what `submit_request` refuses. KeyConflict: the key was used for another body.
    """
    body = {"category": category.code, "answers": answers, **sent}
    body |= {name: value for name, value in inputs.items() if name != "files"}
    mark = _fingerprint(body)
    key = None
    if idempotency_key:
        key = once(f"open311:{client.pk}", idempotency_key, mark)
        if key.is_repeat:
            first = Open311Report.objects.select_related("request")
            return Reported(first.get(pk=key.subject_id or 0), is_repeat=True)
    else:
        locks.hold(f"open311:{client.pk}:{mark}")
        known = _same(client, mark)
        if known is not None:
            return Reported(known, is_repeat=True)
    made = submit_request(
        district=client.district,
        channel=Request.Channel.OPEN311,
        category=category,
        is_private=is_private,
        **inputs,
    )
    row = Open311Report.objects.create(
        request=made.request,
        client=client,
        kind=kind,
        token=secrets.token_hex(16),
        fingerprint=mark,
        answers=dict(answers),
        email=sent.get("email", ""),
        device_id=sent.get("device_id", ""),
        account_id=sent.get("account_id", ""),
        media_url=sent.get("media_url", "")[:LONGEST_MEDIA],
    )
    # the number is made by the database
    row.request.refresh_from_db(fields=["no"])
    if key:
        key.keep(row.pk)
    return Reported(row)


def _fingerprint(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _same(client: ApiClient, mark: str) -> Open311Report | None:
    rows = Open311Report.objects.filter(
        client=client,
        fingerprint=mark,
        created_at__gte=timezone.now() - SAME_WITHIN,
    )
    return rows.select_related("request").order_by("-created_at").first()


@transaction.atomic
def take_update(
    client: ApiClient,
    no: str,
    *,
    number: str,
    status: str,
    words: str,
    updated_at: datetime,
    files: base.Files = (),
) -> tuple[Open311Update, bool]:
    """Add a program's update to a request that it sent; the same number again changes nothing.

    REOPEN asks for the request to be done again. Other states are theirs to know and change
    nothing here; their words become details of the request.

    Args:
        client: who sends it.
        no: our number of the request.
        number: the update's own number.
        status: as the program says it.
        words: what is new.
        updated_at: when it happened there.
        files: stored attachments.

    Returns:
        The row, and whether it was there already.

    Raises:
        NotHere: the program sent no such request. Conflict: the number was used for another
        update, or the request takes no details any more.
    """
    own = Open311Report.objects.filter(client=client, request__no=no)
    found = own.select_related("request").first()
    if found is None:
        raise NotHere(_("There is no service_request_id “%s” of yours.") % no[:40])
    request = base.lock_request(found.request_id)
    known = Open311Update.objects.filter(client=client, number=number).first()
    if known is not None:
        if (known.request_id, known.status, known.words) == (request.pk, status, words):
            return known, True
        raise Conflict(_("This update_id was already used for a different update."))
    if not words:
        raise Invalid(fields={"description": [_("This is needed.")]})
    reporter = Reporter(request.pk)
    if status in REOPEN:
        feedback.reopen(request, by=reporter, reason=words, files=files)
    else:
        feedback.add(request, by=reporter, note=words, files=files)
    row = Open311Update.objects.create(
        client=client,
        number=number,
        request=request,
        status=status,
        words=words,
        updated_at=updated_at,
    )
    return row, False
