"""Cover parts of a picture for good, and keep what it was for those who may know."""

import hashlib
from collections.abc import Sequence
from typing import IO

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import images
from governance.core.actions.attachments import lock_content, write_once
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.models import Attachment, Redaction, User

MOST_BOXES = 20
SMALLEST_PX = 4
Box = tuple[int, int, int, int]


def redact(
    attachment: Attachment,
    boxes: Sequence[Box],
    *,
    by: User,
    reason: str = "",
    seen_sha256: str = "",
) -> Redaction:
    """Burn black boxes into a picture; every page shows the new one from now on.

    Args:
        attachment: a picture.
        boxes: x, y, width, height in pixels of the stored picture, from its upper left.
        by: who covers it.
        reason: why, in a few words; may be left out.
        seen_sha256: content that the boxes were drawn on; another one is a conflict.

    Raises:
        Invalid: no box, too many, one outside the picture; not a picture.
        Conflict: somebody covered it meanwhile.
    """
    with transaction.atomic():
        row = Attachment.objects.select_for_update(no_key=True).get(pk=attachment.pk)
        if seen_sha256 and seen_sha256 != row.sha256:
            raise Conflict(_("Somebody has covered it meanwhile. Look at it again."))
        _check(row, boxes)
        with default_storage.open(row.path) as file:
            data = images.cover(file, boxes)
        digest = hashlib.sha256(data).hexdigest()
        lock_content(digest)
        write_once(f"attachments/{digest[:2]}/{digest}", data)
        kept = Redaction.objects.create(
            attachment=row,
            boxes=[
                dict(zip(("x", "y", "width", "height"), b, strict=True)) for b in boxes
            ],
            reason=" ".join(reason.split())[:200],
            before_sha256=row.sha256,
            before_size_bytes=row.size_bytes,
            by=by,
        )
        row.sha256, row.size_bytes = digest, len(data)
        row.redacted_at = timezone.now()
        row.save(update_fields=["sha256", "size_bytes", "redacted_at"])
    return kept


def uncover(attachment: Attachment, *, by: User, reason: str) -> Redaction:
    """Take the last covering of a picture back; it is shown as it was before.

    Raises:
        Invalid: no reason. Conflict: nothing covers it.
    """
    why = " ".join(reason.split())[:200]
    if not why:
        raise Invalid(fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        row = Attachment.objects.select_for_update(no_key=True).get(pk=attachment.pk)
        last = Redaction.objects.standing().filter(attachment=row).last()
        if last is None:
            raise Conflict(_("This picture is shown as it was sent."))
        last.undone_at, last.undone_by, last.undo_reason = timezone.now(), by, why
        last.save(update_fields=["undone_at", "undone_by", "undo_reason"])
        row.sha256, row.size_bytes = last.before_sha256, last.before_size_bytes
        row.save(update_fields=["sha256", "size_bytes"])
    return last


def original(attachment: Attachment) -> IO[bytes]:
    """The bytes from before the first redaction. The caller has asked why, and noted it.

    Raises:
        NotHere: nothing covers it.
    """
    first = Redaction.objects.standing().filter(attachment=attachment).first()
    if first is None:
        raise NotHere(_("This picture is shown as it was sent."))
    return default_storage.open(first.before_path)


def _check(row: Attachment, boxes: Sequence[Box]) -> None:
    if not row.is_image or not row.width or not row.height:
        raise Invalid(fields={"boxes": [_("Only pictures can be covered.")]})
    if not boxes:
        raise Invalid(fields={"boxes": [_("Draw at least one box.")]})
    if len(boxes) > MOST_BOXES:
        words = _("At most %(n)s boxes at a time.") % {"n": MOST_BOXES}
        raise Invalid(fields={"boxes": [words]})
    for n, (x, y, width, height) in enumerate(boxes, 1):
        fits = x >= 0 and y >= 0 and x + width <= row.width and y + height <= row.height
        if not fits or min(width, height) < SMALLEST_PX:
            words = _(
                "Box %(n)s does not fit: the picture is %(width)s × %(height)s pixels."
            )
            size = {"n": n, "width": row.width, "height": row.height}
            raise Invalid(fields={"boxes": [words % size]})
