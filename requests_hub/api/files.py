"""Files in API calls: stored before, and named by id or key; or sent along as multipart."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.request import Request as HttpCall

from governance.core import attachments
from governance.core.errors import Invalid
from governance.core.models import Attachment, User
from requests_hub.api.shapes import FILE_SALT

KEY_SECONDS = 24 * 3600


def refs(names: Iterable[Any]) -> list[int | Attachment]:
    """Files by id (checked against the account when they are tied) or by key (proven here).

    Raises:
        Invalid: with field "files".
    """
    found: list[int | Attachment] = []
    keys = []
    for name in names:
        text = str(name)
        if text.isascii() and text.isdigit() and len(text) < 19:
            found.append(int(text))
        else:
            keys.append(_opened(text))
    if keys:
        rows = Attachment.objects.in_bulk(keys)
        if len(rows) != len(set(keys)):
            raise _unknown()
        found += [rows[pk] for pk in keys]
    return found


def _opened(key: str) -> int:
    try:
        return int(signing.loads(key, salt=FILE_SALT, max_age=KEY_SECONDS))
    except (signing.BadSignature, ValueError):
        raise _unknown() from None


def _unknown() -> Invalid:
    return Invalid(fields={"files": [_("A picture is no longer there. Add it again.")]})


def sent_along(
    call: HttpCall, user: User | None, purpose: str = "before"
) -> list[int | Attachment]:
    """Files of a multipart call under "files" or "photos", stored.

    Raises:
        Invalid: too many, or one is refused.
    """
    sent = [f for name in ("files", "photos") for f in call.FILES.getlist(name)]
    if len(sent) > attachments.MAX_FILES:
        words = _("At most %(n)s files at a time.") % {"n": attachments.MAX_FILES}
        raise Invalid(fields={"files": [words]})
    return [attachments.store(file, by=user, purpose=purpose) for file in sent]
