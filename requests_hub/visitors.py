"""What is known of somebody without an account: address, browser, last code, kept photos."""

import secrets
from collections.abc import Iterable
from typing import Any, cast

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from governance.core import attachments, ratelimit
from governance.core.errors import DomainError, NotHere, TooMany
from governance.core.models import Attachment, User
from grids.models import District
from requests_hub.forms_public import MAX_PHOTOS
from requests_hub.models import Request

LAST = "last_code"
OPENED = "opened_codes"
SALT = "requests_hub.visitors"
DAYS_90 = 90 * 86400


def address_of(request: HttpRequest) -> str:
    """The caller's address as the trusted proxies report it."""
    return str(get_client_ip_address(request) or "unknown")


def account(request: HttpRequest) -> User | None:
    """The account of who is signed in, or nobody."""
    return request.user if isinstance(request.user, User) else None


def district() -> District:
    """The district this installation serves.

    Raises:
        NotHere: it has not been set up.
    """
    row = District.objects.filter(code=settings.DISTRICT_CODE).first()
    if row is None:
        raise NotHere(_("This district has not been set up yet."))
    return row


def count_intake(request: HttpRequest, phone: str) -> None:
    """Count one submission by address and by phone.

    Raises:
        TooMany: one of them sent too many.
    """
    address = address_of(request)
    ratelimit.hit("intake", address, settings.INTAKE_LIMIT_PER_ADDRESS)
    if phone:
        ratelimit.hit("intake-phone", phone, settings.INTAKE_LIMIT_PER_PHONE)


# --- The last code on this device ---------------------------------------------------------


def last_code(request: HttpRequest) -> str:
    """The code followed last in this browser, or ""."""
    try:
        return str(
            request.get_signed_cookie(LAST, "", salt=SALT, max_age=DAYS_90) or ""
        )
    except signing.BadSignature:
        return ""


def remember_code(response: HttpResponseBase, code: str) -> None:
    response.set_signed_cookie(
        LAST,
        code,
        salt=SALT,
        max_age=DAYS_90,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS_ONLY,
    )


BROWSER = "browser"
BROWSER_SALT = "requests_hub.browser"
A_YEAR = 365 * 86400


def browser_of(request: HttpRequest) -> str:
    """A random name of this browser, kept in a signed cookie; a new one where there is none."""
    try:
        known = request.get_signed_cookie(BROWSER, "", salt=BROWSER_SALT)
    except signing.BadSignature:
        known = ""
    return str(known) or secrets.token_hex(16)


def remember_browser(response: HttpResponseBase, name: str) -> None:
    response.set_signed_cookie(
        BROWSER,
        name,
        salt=BROWSER_SALT,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS_ONLY,
    )


def forget_code(response: HttpResponse) -> None:
    response.delete_cookie(LAST, samesite="Lax")


# --- Tries at a code ----------------------------------------------------------------------


def count_miss(request: HttpRequest) -> None:
    """Count a code that does not exist; too many shut guessing at this address for a while.

    Only misses count, so an office that shares one address reads its own codes all day.
    """
    address = address_of(request)
    try:
        ratelimit.hit("follow", address, settings.FOLLOW_LIMIT_PER_ADDRESS)
    except TooMany as error:
        seconds = cast(int, error.extra.get("retry_after") or 3600)
        cache.set(_shut_key(address), error.message, timeout=seconds)
        raise


def refuse_guessing(request: HttpRequest, code: str) -> None:
    """Refuse an address that guessed too often, save for the code known on this device.

    Raises:
        TooMany: guessing is shut for a while.
    """
    message = cache.get(_shut_key(address_of(request)))
    if message and code != last_code(request):
        raise TooMany(message)


def _shut_key(address: str) -> str:
    return f"follow-shut:{address.replace(':', '-')}"


# --- Private requests opened with the phone's last digits ---------------------------------


def has_opened(request: HttpRequest, code: str) -> bool:
    return code in request.session.get(OPENED, [])


def may_read(request: HttpRequest, row: Request) -> bool:
    """Whether all may be shown: not private, or opened here, or the account's own."""
    if not row.is_private or has_opened(request, row.follow_code):
        return True
    return row.created_by_id is not None and row.created_by_id == request.user.pk


def open_for(request: HttpRequest, code: str) -> None:
    opened = [*request.session.get(OPENED, []), code]
    request.session[OPENED] = opened[-10:]


# --- Photos that came with a refused form -------------------------------------------------


def session_key(request: HttpRequest) -> str:
    """The browser's session, made when there is none: it alone may bind its photos."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def keep_photos(
    request: HttpRequest, form: Any, *, purpose: str = Attachment.Purpose.BEFORE
) -> list[Attachment]:
    """Store a form's new photos and add those that an earlier try has brought.

    A picture that is refused becomes an error of the form; the others are kept.
    """
    data = form.cleaned_data
    kept = own_photos(request, data.get("kept") or [])
    for file in (data.get("photos") or [])[: MAX_PHOTOS - len(kept)]:
        try:
            kept.append(
                attachments.store(
                    file,
                    by=request.user,
                    purpose=purpose,
                    session_key=session_key(request),
                )
            )
        except DomainError as error:
            form.add_error("photos", f"{file.name}: {error.message}")
    return kept


def own_photos(request: HttpRequest, ids: Iterable[int]) -> list[Attachment]:
    """The still unbound photos of this browser or account among `ids`, in order."""
    wanted = list(ids)
    if not wanted:
        return []
    found = Attachment.objects.filter(subject_id__isnull=True).in_bulk(wanted)
    rows = (found[pk] for pk in wanted if pk in found)
    return [row for row in rows if attachments.may_see(request, row)]
