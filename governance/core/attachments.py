"""Files of a subject: who may see them, and where their bytes are.

`store` keeps a file, `bind` ties stored files to their subject; both live in
`core.actions.attachments`. An app that has attachments registers who may see them:

    attachments.register("request", lambda request, pk: ...visible_to(request.user)...)
"""

from collections.abc import Callable
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.http import HttpRequest

from governance.core import images
from governance.core.actions.attachments import MAX_FILES, bind, store
from governance.core.models import Attachment

__all__ = [
    "MAX_FILES",
    "bind",
    "may_see",
    "of",
    "open_bytes",
    "open_thumb",
    "register",
    "store",
]
Seer = Callable[[HttpRequest, int], bool]
_seers: dict[str, Seer] = {}


def register(subject_type: str, can_see: Seer) -> None:
    """Name who may see the files of subjects of this type (the model's name in lower case)."""
    _seers[subject_type] = can_see


def of(subject: models.Model) -> models.QuerySet[Attachment]:
    """The files of one subject, oldest first."""
    return Attachment.objects.filter(
        subject_type=subject._meta.model_name or "",  # noqa: SLF001 - Django's documented API
        subject_id=subject.pk,
    ).order_by("id")


def may_see(request: HttpRequest, attachment: Attachment) -> bool:
    """Who may see the subject may see its files; loose files are their uploader's alone."""
    if attachment.subject_id is not None:
        seer = _seers.get(attachment.subject_type)
        return seer is not None and seer(request, attachment.subject_id)
    if attachment.uploaded_by_id is not None:
        return attachment.uploaded_by_id == request.user.pk
    key = request.session.session_key
    return bool(key) and attachment.session_key == key


def open_bytes(attachment: Attachment) -> IO[bytes]:
    """The stored bytes.

    Raises:
        FileNotFoundError: the storage has lost them.
    """
    return default_storage.open(attachment.path)


def open_thumb(attachment: Attachment) -> IO[bytes]:
    """The small picture, made at the first call."""
    path = attachment.thumb_path
    if not default_storage.exists(path):
        with open_bytes(attachment) as file:
            small = images.thumbnail(file)
        if default_storage.save(path, ContentFile(small)) != path:
            return ContentFile(small)
    return default_storage.open(path)
