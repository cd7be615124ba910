"""Residents who say "me too" to a request that is there."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict
from governance.core.models import User
from requests_hub.actions import likeness
from requests_hub.actions.intake import read_phone
from requests_hub.models import Likeness, Request, Supporter


def may_be_supported(request: Request) -> bool:
    """Public and still open."""
    return not request.is_private and request.state_info.is_open


def me_too(
    request: Request, *, visitor: str, phone: str = "", by: User | None = None
) -> tuple[Supporter, bool]:
    """Count somebody in; (the row, whether it is new). The same phone or browser counts once.

    Args:
        request: public and open.
        visitor: tells browsers apart, 32 characters at most.
        phone: to be told when it is done; may be empty.
        by: the account, if any.

    Raises:
        Conflict: private, or closed meanwhile.
        Invalid: field "reporter_phone".
    """
    if not may_be_supported(request):
        raise Conflict(_("This is closed meanwhile. Please ask anew."))
    number = read_phone(phone)
    try:
        with transaction.atomic():
            row = Supporter(request=request, visitor=visitor, phone=number, user=by)
            row.save(force_insert=True)
            _count(request, row, by)
    except IntegrityError:
        return _there(request, row, number), False
    return row, True


def _there(request: Request, row: Supporter, number: str) -> Supporter:
    """The row that counted already; a phone that was left out then is added now."""
    rows = Supporter.objects.filter(request=request)
    found = rows.filter(visitor=row.visitor).first()
    if found is None:
        found = rows.get(phone_hash=row.phone_hash)
    elif number and not found.phone:
        found.phone = number
        found.save()
    return found


def _count(request: Request, row: Supporter, by: User | None) -> None:
    likeness.note(request.pk)
    Likeness.objects.filter(pk=request.pk).update(supporters=F("supporters") + 1)
    events.record("request.supported", request, by or "resident", {"row": row.pk})
