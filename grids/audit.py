"""What the auditor reads: who looked at personal data, and who took rows out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.models import Event, User
from governance.core.registers import find, show
from grids.models import AccessRecord
from grids.scoping import scope_of

EXPORTED = "register.exported"


@dataclass(frozen=True)
class Line:
    """One act, in words."""

    pk: int
    at: datetime
    who: str
    title: str
    kind: str
    what: str
    person_id: int | None = None
    fields: tuple[str, ...] = field(default=())
    reason: str = ""
    words: str = ""
    rows: int = 1
    address: str = ""

    def cells(self) -> list[str]:
        """The line for a sheet, as `heads()` names it."""
        when = timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M:%S")
        fields = "、".join(self.fields)
        tail = [self.reason, self.words, self.address]
        return [when, self.who, self.kind, self.what, str(self.rows), fields, *tail]


def heads() -> list[str]:
    """The headings of the sheet."""
    return [
        _("When"),
        pgettext("audit", "Who"),
        _("Kind"),
        pgettext("audit", "What"),
        _("Rows"),
        _("Fields"),
        _("Reason"),
        _("In words"),
        _("From address"),
    ]


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def looks(user: User, given: Mapping[str, str], most: int) -> list[Line]:
    """Views, look-ups and prints of personal data, newest first.

    Args:
        user: who reads; only the districts they see whole.
        given: `officer`, `what`, `person`, `from`, `to`, `before` of the address.
        most: rows at most.
    """
    rows: QuerySet[Any] = AccessRecord.objects.filter(
        district_id__in=scope_of(user).districts
    ).select_related("user")
    rows = _narrowed(rows, given, who="user", at="at")
    if what := given.get("what", "").strip()[:60]:
        rows = rows.filter(subject_label__icontains=what)
    if person := _number(given.get("person", "")):
        rows = rows.filter(subject_type="person", subject_id=person)
    return [_look(row) for row in rows.order_by("-id")[:most]]


def exports(user: User, given: Mapping[str, str], most: int) -> list[Line]:
    """Rows taken out of registers as files, newest first; arguments as `looks`."""
    rows: QuerySet[Any] = Event.objects.filter(
        name=EXPORTED, district_id__in=scope_of(user).districts
    ).select_related("actor")
    rows = _narrowed(rows, given, who="actor", at="occurred_at")
    lines = [_export(row) for row in rows.order_by("-id")[:most]]
    what = given.get("what", "").strip()
    return [line for line in lines if what in line.what]


def _narrowed(
    rows: QuerySet[Any], given: Mapping[str, str], *, who: str, at: str
) -> QuerySet[Any]:
    if officer := given.get("officer", "").strip()[:60]:
        rows = rows.filter(**{f"{who}__name__icontains": officer})
    if first := _day(given.get("from", "")):
        rows = rows.filter(**{f"{at}__date__gte": first})
    if last := _day(given.get("to", "")):
        rows = rows.filter(**{f"{at}__date__lte": last})
    if before := _number(given.get("before", "")):
        rows = rows.filter(pk__lt=before)
    return rows


def _look(row: AccessRecord) -> Line:
    is_person = row.subject_type == "person"
    return Line(
        pk=row.pk,
        at=row.at,
        who=str(row.user),
        title=row.user.title,
        kind=str(row.get_kind_display()),
        what=row.subject_label,
        person_id=row.subject_id if is_person else None,
        fields=tuple(_labels(row.subject_type, row.fields)),
        reason=row.reason_label,
        words=row.words,
        rows=row.rows,
        address=row.address or "",
    )


def _labels(kind: str, names: list[str]) -> Iterator[str]:
    """The fields in the reader's words."""
    register = find({"person": "people", "household": "households"}.get(kind, ""))
    labels = {c.name: str(c.label) for c in register.columns} if register else {}
    labels |= {
        "reporter_name": _("name of who asked"),
        "reporter_phone": _("phone of who asked"),
        "phone_tail": _("end of phone"),
    }
    return (labels.get(name, name) for name in names)


def _export(row: Event) -> Line:
    register = find(str(row.data.get("register", "")))
    whole = _("values whole") if row.data.get("is_whole") else _("values masked")
    user = row.actor
    return Line(
        pk=row.pk,
        at=row.occurred_at,
        who=str(user or row.actor_label),
        title=user.title if user else "",
        kind=whole,
        what=str(register.plural) if register else str(row.data.get("register", "")),
        fields=tuple(str(name) for name in row.data.get("filter", ())),
        words=show.plain(row.data.get("reason", "")),
        rows=int(row.data.get("count", 0)),
    )
