"""Covering what others must not see on a photo of a request; looking at what it was."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.actions import redaction
from governance.core.errors import Invalid, NotAllowed, NotHere
from governance.core.models import Attachment, User
from grids.actions import access
from grids.models import AccessRecord
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.actions.privacy import REASONS
from requests_hub.models import Request
from requests_hub.workflow import DESK, GRID

REDACTORS = (*DESK, *GRID)


def photo_of(request: Request, pk: int) -> Attachment:
    """One picture of a request.

    Raises:
        NotHere: it has no such picture.
    """
    rows = Attachment.objects.filter(subject_type="request", subject_id=request.pk)
    photo: Attachment | None = rows.filter(pk=pk).first()
    if photo is None or not photo.is_image:
        raise NotHere(_("There is no such picture."))
    return photo


@transaction.atomic
def redact(
    request: Request,
    pk: int,
    boxes: list[redaction.Box],
    *,
    by: User,
    reason: str = "",
    seen_sha256: str = "",
) -> Attachment:
    """Cover boxes of a request's picture for everybody; the original is kept and guarded.

    Raises:
        NotAllowed: neither desk nor grid of the place.
        NotHere, Invalid, Conflict: see `photo_of` and `core.actions.redaction.redact`.
    """
    row = base.lock_request(request.pk)
    if not scope_of(by).holds(REDACTORS, row):
        raise NotAllowed(_("Only the desk and the grid cover pictures."))
    photo = photo_of(row, pk)
    redaction.redact(photo, boxes, by=by, reason=reason, seen_sha256=seen_sha256)
    data = {"photo": pk, "boxes": len(boxes), "note": reason}
    base.tell("request.photo_redacted", row, by, data)
    return photo


@transaction.atomic
def uncover(request: Request, pk: int, *, by: User, reason: str) -> Attachment:
    """The desk takes the last covering back that was wrong; everybody sees what was before.

    Raises:
        NotAllowed: not the desk of the place.
        NotHere, Invalid, Conflict: see `photo_of` and `core.actions.redaction.uncover`.
    """
    row = base.lock_request(request.pk)
    if not scope_of(by).holds(DESK, row):
        raise NotAllowed(_("Only the desk takes a covering back."))
    photo = photo_of(row, pk)
    redaction.uncover(photo, by=by, reason=reason)
    base.tell("request.photo_uncovered", row, by, {"photo": pk, "note": reason.strip()})
    return photo


@transaction.atomic
def original(
    request: Request,
    pk: int,
    *,
    by: User,
    reason: str,
    words: str = "",
    address: str | None = None,
) -> IO[bytes]:
    """The picture as it was sent, for the desk alone, with a reason that the auditor reads.

    Raises:
        NotAllowed: not the desk of the place.
        Invalid: no reason of the list, or "other" without words.
    """
    if not scope_of(by).holds(DESK, request):
        raise NotAllowed(_("Only the desk may see a picture as it was sent."))
    if reason not in dict(REASONS):
        raise Invalid(fields={"reason": [_("Choose a reason.")]})
    if reason == "other" and not words.strip():
        raise Invalid(fields={"words": [_("Write the reason in a few words.")]})
    photo = photo_of(request, pk)
    file = redaction.original(photo)
    access.note(
        AccessRecord.Kind.UNMASK,
        by=by,
        district_id=request.district_id,
        subject=("request", request.pk, request.no),
        fields=[f"photo:{pk}"],
        address=address,
        reason=reason,
        words=words.strip()[:200],
    )
    base.tell("request.original_seen", request, by, {"photo": pk, "reason": reason})
    return file
