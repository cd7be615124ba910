"""Issue a bulletin: its figures and words are frozen; only a new edition takes its place."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from governance.core import events, locks
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.assessment.periods import Period
from requests_hub.bulletins import figures, words
from requests_hub.models import Bulletin

ISSUERS = ("district",)
LINES, LONGEST = 10, 200


def draft(district: int, period: Period, focus: Sequence[str] = ()) -> dict[str, Any]:
    """{"figures", "content"} as they would be issued now; nothing is written."""
    now = timezone.now()
    made = figures.make(district, period, now, now)
    with translation.override(settings.LANGUAGE_CODE):
        return {"figures": made, "content": words.make(made, focus)}


@transaction.atomic
def issue(
    district: int,
    period: Period,
    *,
    by: User,
    focus: Sequence[str] = (),
    replaces: Bulletin | None = None,
    reason: str = "",
) -> Bulletin:
    """Freeze the bulletin of a period, with the next number; a new edition keeps its number.

    Raises:
        NotAllowed: not an issuer. Invalid: the period has not begun, or no reason is given.
        Conflict: it is issued already, with `pk` of the one that stands.
    """
    if not scope_of(by).has_role(*ISSUERS):
        raise NotAllowed(_("Bulletins are issued by the district's desk."))
    if period.first > timezone.localdate():
        raise Invalid(_("This period has not begun."))
    if replaces is not None and not reason.strip():
        raise Invalid(fields={"reason": [_("Say why a new edition is needed.")]})
    locks.hold(f"bulletins:{district}")
    # Nobody is in the middle of changing issues: what stands at this moment is all there is.
    locks.hold(f"likeness:{district}")
    standing = Bulletin.objects.standing().filter(
        district_id=district, kind=period.kind, first=period.first
    )
    last = standing.order_by("-edition").first()
    if last is not None and (replaces is None or last.pk != replaces.pk):
        raise Conflict(_("This bulletin is issued already."), pk=last.pk)
    return _freeze(district, period, by, _lines(focus), last, reason.strip())


def _lines(focus: Sequence[str]) -> list[str]:
    lines = [line.strip() for line in focus if line.strip()]
    if len(lines) > LINES or any(len(line) > LONGEST for line in lines):
        limit = {"n": LINES, "m": LONGEST}
        words_ = _("At most %(n)s lines of %(m)s characters.") % limit
        raise Invalid(fields={"focus": [words_]})
    return lines


def _freeze(
    district: int,
    period: Period,
    by: User,
    focus: list[str],
    last: Bulletin | None,
    reason: str,
) -> Bulletin:
    now = timezone.now()
    made = figures.make(district, period, now, now)
    with translation.override(settings.LANGUAGE_CODE):
        content = words.make(made, focus)
    row = Bulletin(
        district_id=district,
        kind=period.kind,
        first=period.first,
        last=period.last,
        cut_off=made["cut_off"],
        recorded_until=now,
        figures=made,
        content=content,
        replaces=last,
        reason=reason,
        issued_by=by,
        edition=last.edition + 1 if last else 1,
        year=last.year if last else period.last.year,
        **_numbers(district, period, last),
    )
    row.save(force_insert=True)
    name = "bulletin.reissued" if last else "bulletin.issued"
    events.record(name, row, by, {"kind": row.kind, "no": row.no, "note": reason})
    return Bulletin.objects.get(pk=row.pk)


def _numbers(district: int, period: Period, last: Bulletin | None) -> dict[str, int]:
    """The next number of the year and of all of this kind; a new edition keeps both."""
    if last is not None:
        return {"no": last.no, "total_no": last.total_no}
    first = Bulletin.objects.filter(district_id=district, kind=period.kind, edition=1)
    in_year = first.filter(year=period.last.year)
    return {"no": in_year.count() + 1, "total_no": first.count() + 1}


def recomputed(row: Bulletin) -> dict[str, Any]:
    """The figures of an issued bulletin, reckoned again from the events up to its cut-off."""
    period = Period(row.kind, row.first, row.last)
    return figures.make(row.district_id, period, row.cut_off, row.recorded_until)
