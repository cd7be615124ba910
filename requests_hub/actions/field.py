"""What a grid worker sends after the report itself: one photo a request."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import attachments
from governance.core.errors import NotHere
from governance.core.idempotency import once
from governance.core.models import Attachment, Event, User
from requests_hub.models import Request


def attach_photo(
    request: Request, *, by: User, file: "UploadedFile[Any]", idempotency_key: str
) -> Attachment:
    """Tie one more photo to the report that this account sent. The same key twice is one photo.

    The photo belongs to the submission, whenever it arrives: the text goes first.

    Raises:
        NotHere: somebody else's report.
        Invalid: not a picture, too large, or one too many; with field "photos".
        KeyConflict: the key was used for another picture.
    """
    if request.created_by_id != by.pk or request.channel != Request.Channel.FIELD:
        raise NotHere(_("There is no such report of yours."))
    photo = attachments.store(file, by=by)
    with transaction.atomic():
        scope = f"field-photo:{by.pk}"
        key = once(scope, idempotency_key, f"{request.pk}:{photo.sha256}")
        if key.is_repeat:
            return Attachment.objects.get(pk=key.subject_id or 0)
        event = Event.objects.filter(
            subject_type="request", subject_id=request.pk, name="request.submitted"
        ).first()
        attachments.bind([photo], request, Attachment.Purpose.BEFORE, by, event)
        key.keep(photo.pk)
    return photo
