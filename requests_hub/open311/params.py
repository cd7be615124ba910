"""Reading the parameters of a call; an empty one is as good as none."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from grids.models import District
from requests_hub.actions import clients
from requests_hub.models import ApiClient
from requests_hub.open311.formats import Faults

LONGEST_SPAN = timedelta(days=90)
MOST = 1000
USUAL_PAGE = 50
NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def param(request: HttpRequest, name: str) -> str:
    """One parameter of the query, or of the form when the call brings one."""
    value = request.GET.get(name) or request.POST.get(name) or ""
    return value.replace("\0", "").strip()


def listed(request: HttpRequest, name: str) -> list[str]:
    """A list with commas, without repeats."""
    parts = (part.strip() for part in param(request, name).split(","))
    return list(dict.fromkeys(part for part in parts if part))


def district_of(request: HttpRequest) -> District:
    """The district that `jurisdiction_id` names; it may be left out where there is one only.

    Raises:
        Faults: 404 unknown, 400 missing where there are several.
    """
    code = param(request, "jurisdiction_id")
    rows = District.objects.all()
    if code:
        found = rows.filter(code=code).first() if code.isascii() else None
        if found is None:
            raise Faults((404, _("There is no jurisdiction_id “%s”.") % code[:40]))
        return found
    own: District | None = rows.filter(code=settings.DISTRICT_CODE).first()
    if own is None or rows.exclude(pk=own.pk).exists():
        raise Faults((400, _("jurisdiction_id is needed here.")))
    return own


def client_of(request: HttpRequest, right: str, *, counts: bool = True) -> ApiClient:
    """The program behind the key of the call.

    Raises:
        NotAllowed: 403. TooMany: 429.
    """
    key = clients.key_in(request.headers, request.POST, request.GET)
    return clients.admitted(key, right, counts=counts)


def known_client(request: HttpRequest) -> ApiClient | None:
    """The program behind the key, where none is needed; a wrong one is as good as none."""
    key = clients.key_in(request.headers, request.POST, request.GET)
    return clients.known_by(key) if key else None


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A W3C date and time with its zone.

    Raises:
        Faults: 400.
    """
    text = param(request, name)
    if not text:
        return None
    # a plus sign that was not escaped arrives as a blank
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text)
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found) or not 1900 < found.year < 2200:
        words = _("%(name)s is a date like 2026-11-23T08:00:00+08:00, with its zone.")
        raise Faults((400, words % {"name": name}))
    return found


def window(request: HttpRequest) -> tuple[datetime, datetime]:
    """From when to when; at most 90 days, the last 90 without dates.

    Raises:
        Faults: 400, more than 90 days or backwards.
    """
    start, end = moment(request, "start_date"), moment(request, "end_date")
    now = timezone.now()
    if start is None:
        end = end or now
        return end - LONGEST_SPAN, end
    end = end or min(max(now, start), start + LONGEST_SPAN)
    if not start <= end <= start + LONGEST_SPAN:
        words = _("start_date and end_date span 0 to 90 days.")
        raise Faults((400, words))
    return start, end


def page(request: HttpRequest) -> tuple[int, int]:
    """(first row, rows); the extension `page` and `page_size`, else the first 1000.

    Raises:
        Faults: 400.
    """
    if not (param(request, "page") or param(request, "page_size")):
        return 0, MOST
    number = _number(request, "page", 1, 10_000)
    size = _number(request, "page_size", USUAL_PAGE, MOST)
    return (number - 1) * size, size


def _number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    text = param(request, name)
    if not text:
        return usual
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        words = _("%(name)s is a number from 1 to %(most)s.")
        raise Faults((400, words % {"name": name, "most": most}))
    return int(text)


def coordinate(text: str, name: str, most: int) -> float | None:
    """Degrees in WGS 84.

    Raises:
        Faults: 400.
    """
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        words = _("%(name)s is a number of degrees in WGS 84.")
        raise Faults((400, words % {"name": name}))
    return value


def attributes(request: HttpRequest) -> dict[str, list[str]]:
    """The answers `attribute[code]`, with or without a second pair of brackets, by code."""
    found: dict[str, list[str]] = {}
    for name in request.POST:
        match = re.fullmatch(r"attribute\[([^\]\[]{1,60})\](\[\d*\])?", name)
        if match:
            texts = [_clean(text) for text in request.POST.getlist(name)]
            found.setdefault(match.group(1), []).extend(t for t in texts if t)
    return found


def _clean(text: Any) -> str:
    return str(text).replace("\0", "").strip()[:2000]
