"""Keep files, tie them to their subject, sweep away what nobody tied."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from governance.core import images
from governance.core.models import Attachment, Event, Redaction, User

MAX_FILES = 6
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}
Who = User | AnonymousUser | None


def store(
    file: "File[bytes]",
    *,
    by: Who,
    purpose: str = Attachment.Purpose.BEFORE,
    name: str | None = None,
    session_key: str | None = "",
) -> Attachment:
    """Keep one uploaded file, still tied to nothing.

    A picture is written anew without metadata; position and time are read first. A PDF is taken
    only with purpose "reply" from an account that may attach documents.

    Args:
        file: what was uploaded; its name and declared type are not believed.
        by: the account, or nobody.
        purpose: one of `Attachment.Purpose`.
        name: shown name, when it differs from the file's.
        session_key: where there is no account, the browser that may bind the file.

    Raises:
        Invalid: with field "photos".
    """
    if purpose not in Attachment.Purpose.values:
        raise images.refuse(_("No such purpose of a file."))
    size = file.size or 0
    if not size:
        raise images.refuse(_("The file is empty."))
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise images.refuse(
            _("The file is too large: %(limit)s MB at most.") % {"limit": limit}
        )
    clean = images.clean(file, allow_documents=_may_attach_documents(by, purpose))
    digest = hashlib.sha256(clean.data).hexdigest()
    attachment = Attachment(
        purpose=purpose,
        name=shown_name(name or file.name or "", clean.content_type),
        content_type=clean.content_type,
        sha256=digest,
        size_bytes=len(clean.data),
        width=clean.width,
        height=clean.height,
        taken_at=clean.taken_at,
        lon=clean.lon,
        lat=clean.lat,
        uploaded_by=by if isinstance(by, User) else None,
        session_key=session_key or "",
    )
    with transaction.atomic():
        lock_content(digest)
        write_once(attachment.path, clean.data)
        attachment.save()
    return attachment


def bind(
    ids: Iterable[int | Attachment],
    subject: models.Model,
    purpose: str,
    by: Who,
    event: Event | None = None,
    *,
    session_key: str | None = "",
) -> list[Attachment]:
    """Tie stored files to their subject, in the order given. Repeating it changes nothing.

    A file can be tied once, by the account or the browser that stored it; an `Attachment` given
    whole instead of its id is trusted to be the caller's own.

    Raises:
        Invalid: with field "photos"; unknown, somebody else's, used elsewhere, too many.
    """
    wanted = list(dict.fromkeys(ids))
    trusted = {item.pk for item in wanted if isinstance(item, Attachment)}
    pks = [item.pk if isinstance(item, Attachment) else item for item in wanted]
    if not pks:
        return []
    if len(pks) > MAX_FILES:
        raise images.refuse(_("At most %(n)s files at a time.") % {"n": MAX_FILES})
    kind = subject._meta.model_name or ""  # noqa: SLF001 - Django's documented API
    with transaction.atomic():
        found = Attachment.objects.select_for_update(no_key=True).in_bulk(pks)
        for pk in pks:
            row = found.get(pk)
            if row is None or not (pk in trusted or _is_own(row, by, session_key)):
                raise images.refuse(_("A picture is no longer there. Add it again."))
            if row.subject_id is None:
                row.subject_type, row.subject_id = kind, subject.pk
                row.purpose = purpose
                row.event_id = event.pk if event else None
            elif (row.subject_type, row.subject_id) != (kind, subject.pk):
                raise images.refuse(_("A picture is already used elsewhere."))
        fields = ["subject_type", "subject_id", "purpose", "event_id"]
        Attachment.objects.bulk_update(found.values(), fields)
    return [found[pk] for pk in pks]


def sweep_loose(older_than: timedelta = timedelta(days=2), limit: int = 500) -> int:
    """Delete files that nobody tied to anything; the bytes go when no other row has them."""
    loose = Attachment.objects.filter(
        subject_id__isnull=True, created_at__lt=timezone.now() - older_than
    )
    swept = 0
    for row in loose.order_by("created_at")[:limit]:
        with transaction.atomic():
            lock_content(row.sha256)
            deleted, _by_model = loose.filter(pk=row.pk).delete()
            if deleted and not _is_needed(row.sha256):
                default_storage.delete(row.path)
                default_storage.delete(row.thumb_path)
        swept += bool(deleted)
    return swept


def _is_needed(digest: str) -> bool:
    """Whether a picture, or one before its redaction, has this content."""
    return (
        Attachment.objects.filter(sha256=digest).exists()
        or Redaction.objects.filter(before_sha256=digest).exists()
    )


def shown_name(name: str, content_type: str) -> str:
    """A harmless file name with the ending of its real type."""
    stem = PurePath(name.replace("\\", "/")).stem.strip(". ") or "file"
    try:
        stem = get_valid_filename(stem)
    except SuspiciousFileOperation:  # nothing usable is left of it
        stem = "file"
    return stem[:80] + ENDINGS[content_type]


def _may_attach_documents(by: Who, purpose: str) -> bool:
    return (
        purpose == Attachment.Purpose.REPLY
        and by is not None
        and by.has_perm("core.attach_document")
    )


def _is_own(row: Attachment, by: Who, session_key: str | None) -> bool:
    if row.uploaded_by_id is not None:
        return by is not None and row.uploaded_by_id == by.pk
    return bool(session_key) and row.session_key == session_key


def lock_content(digest: str) -> None:
    """One writer per content, so that a sweep never deletes what is being stored again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])


def write_once(path: str, data: bytes) -> None:
    """Write the bytes unless they lie there already."""
    if default_storage.exists(path):
        return
    saved = default_storage.save(path, ContentFile(data))
    if saved != path:  # another process was quicker; the bytes are the same
        default_storage.delete(saved)
