"""Residents who say "me too" to a request that is there."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, NotHere
from governance.core.models import User
from requests_hub import codes
from requests_hub.actions import likeness
from requests_hub.actions.intake import constraint_of, read_phone
from requests_hub.models import Likeness, Request, Supporter

MOST_CODES = 5


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
    for _attempt in range(MOST_CODES):
        row = Supporter(request=request, visitor=visitor, phone=number, user=by)
        row.follow_code = _free_code()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                _count(request, row, by)
        except IntegrityError as error:
            if "follow_code" in constraint_of(error):
                continue
            return _there(request, row), False
        return row, True
    raise Conflict(_("No free follow-up code was found. Please send it once more."))


def _free_code() -> str:
    """A code that no request has: both kinds are typed into the same box."""
    code = codes.make()
    while Request.objects.filter(follow_code=code).exists():
        code = codes.make()
    return code


def _there(request: Request, row: Supporter) -> Supporter:
    """The row that counted already; what it lacks of phone and code is added now."""
    rows = Supporter.objects.filter(request=request)
    by_phone = rows.filter(phone_hash=row.phone_hash).exclude(phone_hash="").first()
    found = rows.filter(visitor=row.visitor).first() or by_phone
    if found is None:
        raise Conflict(_("This was changed meanwhile. Please send it once more."))
    if by_phone is None and not found.phone:
        found.phone = row.phone
    found.follow_code = found.follow_code or row.follow_code
    found.save()
    return found


def supported_by_code(text: str) -> Supporter:
    """Who said "me too" and was given this follow-up code, with the request.

    Raises:
        Invalid: not a code, or a digit is wrong.
        NotHere: nobody has this code.
    """
    rows = Supporter.objects.select_related("request", "request__merged_into")
    row = rows.filter(follow_code=codes.read(text)).first()
    if row is None:
        raise NotHere("")
    return row


def _count(request: Request, row: Supporter, by: User | None) -> None:
    likeness.note(request.pk)
    Likeness.objects.filter(pk=request.pk).update(supporters=F("supporters") + 1)
    events.record("request.supported", request, by or "resident", {"row": row.pk})
