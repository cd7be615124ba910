"""Agreements: writing, items done or dropped, yearly reviews, renewing and ending."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.actions.attachments import bind
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import Attachment, User
from grids.models import (
    Agreement,
    AgreementItem,
    AgreementParty,
    AgreementReview,
    Department,
    PartyOrganisation,
)
from grids.party_workflow import AGREEMENT, ITEM, WRITERS
from grids.registers import base


@dataclass(frozen=True)
class ItemRow:
    """One line of an agreement as somebody writes it."""

    what: str
    who: str = ""
    due: dt.date | None = None


def save_agreement(
    row: Agreement | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Agreement:
    """Make or change an agreement.

    `sides` is a list of names: a Party body, else a department, else a unit by its name. `items`
    is a list of `ItemRow`: one with the words of an item changes it, others are added; an open
    item that is no longer named is dropped, never deleted.

    Raises:
        Invalid: `fields` grid, sides, term_to. Conflict: see `base.write`. NotAllowed.
    """
    with transaction.atomic():
        filled = base.place(dict(values), by, roles=WRITERS)
        sides = filled.pop("sides", None)
        items = filled.pop("items", None)
        if row is not None:
            _must_cover(by, row)
        _check(row, filled, sides, items)
        if row is None:
            filled["no"] = filled.get("no") or _next_no()
        elif not filled.get("no", row.no):
            filled.pop("no")
        if row is not None:
            filled |= _again_in_force(row, filled)
        saved = base.write(
            row,
            Agreement,
            filled,
            by=by,
            source=source,
            version=version,
            event="agreement",
        )
        if sides is not None:
            _set_sides(saved, sides, by)
        if items is not None:
            _set_items(saved, items, by)
    return saved


def _must_cover(by: Actor, row: Agreement) -> None:
    if not base.covers(by, row, WRITERS):
        raise NotAllowed(_("This agreement belongs to another area."))


def _next_no() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_next_no(%s)", ["GJ-"])
        return str(cursor.fetchone()[0])


def _again_in_force(row: Agreement, values: dict[str, Any]) -> dict[str, Any]:
    """A later end of the term brings an agreement back whose term was over."""
    ends: dt.date | None = values.get("term_to")
    if row.state == "expired" and ends and ends >= timezone.localdate():
        return {"state": AGREEMENT.take(row.state, "extend").target}
    return {}


def _check(
    row: Agreement | None,
    values: dict[str, Any],
    sides: Sequence[str] | None,
    items: Sequence[ItemRow] | None,
) -> None:
    wrong = {}
    begins = values.get("term_from") or (row.term_from if row else None)
    ends = values.get("term_to") or (row.term_to if row else None)
    if begins is None:
        wrong["term_from"] = [_("Name the first day of the term.")]
    if ends is None:
        wrong["term_to"] = [_("Name the last day of the term.")]
    if begins and ends and ends < begins:
        wrong["term_to"] = [_("A term ends after it began.")]
    elif ends:
        wrong |= _past_the_term(row, items, ends)
    if (sides is None and row is None) or (
        sides is not None and len({*sides} - {""}) < 2
    ):
        wrong["sides"] = [_("An agreement has at least two sides.")]
    if row is None and "district_id" not in values:
        wrong["grid"] = [_("Name the grid it serves.")]
    if wrong:
        raise Invalid(fields=wrong)


def _past_the_term(
    row: Agreement | None, items: Sequence[ItemRow] | None, ends: dt.date
) -> dict[str, list[str]]:
    """Items due after the term, at the field that must give way: theirs, or a cut term's end."""
    if items is not None:
        words = [text for item in items if (text := late(item.what, item.due, ends))]
        return {"items": words} if words else {}
    if row is None or ends >= row.term_to:
        return {}
    left = row.items.open().filter(due__gt=ends)
    words = [late(item.what, item.due, ends) for item in left]
    return {"term_to": words} if words else {}


def late(what: str, due: dt.date | None, ends: dt.date) -> str:
    """What is wrong with an item due after its agreement ends; empty when it is in time."""
    if due is None or due <= ends:
        return ""
    words = _("“%(what)s” is due on %(due)s, after the term ends on %(ends)s.")
    return words % {"what": what, "due": due.isoformat(), "ends": ends.isoformat()}


def _set_sides(row: Agreement, names: Sequence[str], by: Actor) -> None:
    """Replace the sides, in this order; what stays the same is not touched."""
    before = [
        str(side) for side in row.parties.select_related("organisation", "department")
    ]
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if before == wanted:
        return
    found = _named(wanted, row.district_id)
    sides = [
        AgreementParty(agreement=row, order=n, **found[name])
        for n, name in enumerate(wanted)
    ]
    row.parties.all().delete()
    AgreementParty.objects.bulk_create(sides)
    events.record("agreement.sides", row, by, {"sides": wanted})


def _named(names: Iterable[str], district_id: int) -> dict[str, dict[str, Any]]:
    """Whom each name means: a Party body, a department, or only a name."""
    names = list(names)
    out: dict[str, dict[str, Any]] = {name: {"unit_name": name[:80]} for name in names}
    departments = Department.objects.active().filter(district_id=district_id)
    for department in departments:
        for name in {department.name, department.short_name} & set(names):
            out[name] = {"department": department}
    bodies = PartyOrganisation.objects.active().filter(
        district_id=district_id, name__in=names
    )
    for body in bodies:
        out[body.name] = {"organisation": body}
    return out


def _set_items(row: Agreement, wanted: Sequence[ItemRow], by: Actor) -> None:
    have = {item.what: item for item in row.items.select_for_update()}
    for n, line in enumerate(wanted):
        item = have.pop(line.what, None)
        if item is None:
            AgreementItem.objects.create(
                agreement=row, order=n, what=line.what, who=line.who, due=line.due
            )
        elif (item.order, item.who, item.due) != (n, line.who, line.due):
            item.order, item.who, item.due = n, line.who, line.due
            item.save(update_fields=["order", "who", "due"])
    for item in have.values():
        if item.state == "open":
            drop(item, by=by, reason=_("Taken out of the agreement."))


def _held(item: AgreementItem) -> AgreementItem:
    rows = AgreementItem.objects.select_for_update(of=("self",))
    return rows.select_related("agreement").get(pk=item.pk)


@transaction.atomic
def finish(
    item: AgreementItem,
    *,
    by: Actor,
    on: dt.date | None = None,
    note: str = "",
    files: Iterable[int | Attachment] = (),
) -> AgreementItem:
    """Mark an item done; asked twice: no change, but more evidence is added.

    Raises:
        Conflict: the agreement is over. Invalid: `fields` on, photos. NotAllowed.
    """
    row = _held(item)
    _must_cover(by, row.agreement)
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid(fields={"on": [_("This day is still to come.")]})
    if row.state != "done":
        _must_run(row.agreement)
        row.state = ITEM.take(row.state, "finish").target or row.state
        row.done_on, row.note = day, note.strip()
        row.save(update_fields=["state", "done_on", "note"])
        _tell(row, "agreement.item_done", by, on=day.isoformat())
    who = by if isinstance(by, User) else None
    bind(files, row, Attachment.Purpose.REPLY, who)
    return row


@transaction.atomic
def drop(item: AgreementItem, *, by: Actor, reason: str) -> AgreementItem:
    """Give an item up, with the reason; asked twice: no change.

    Raises:
        IllegalStep: it is done. Invalid: field reason. NotAllowed.
    """
    row = _held(item)
    _must_cover(by, row.agreement)
    if row.state == "dropped":
        return row
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why.")]})
    row.state = ITEM.take(row.state, "drop").target or row.state
    row.note = reason.strip()[:200]
    row.save(update_fields=["state", "note"])
    _tell(row, "agreement.item_dropped", by, reason=row.note)
    return row


@transaction.atomic
def reopen(item: AgreementItem, *, by: Actor) -> AgreementItem:
    """Take back that an item is done or dropped."""
    row = _held(item)
    _must_cover(by, row.agreement)
    if row.state == "open":
        return row
    row.state = ITEM.take(row.state, "reopen").target or row.state
    row.done_on, row.note = None, ""
    row.save(update_fields=["state", "done_on", "note"])
    _tell(row, "agreement.item_reopened", by)
    return row


def _must_run(agreement: Agreement) -> None:
    if agreement.state in ("ended", "renewed"):
        raise Conflict(_("This agreement is over."))


def _tell(item: AgreementItem, name: str, by: Actor, **data: Any) -> None:
    row = item.agreement
    events.record(name, row, by, {"item": item.pk, "what": item.what, **data})


@transaction.atomic
def review(
    agreement: Agreement,
    *,
    by: Actor,
    year: int,
    verdict: str,
    score: int | None = None,
    note: str = "",
) -> AgreementReview:
    """Write what the sides thought of one year; the same year again replaces it.

    Raises:
        Invalid: `fields` year, verdict, score. NotAllowed.
    """
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    _must_cover(by, row)
    wrong = {}
    if not row.term_from.year <= year <= min(row.term_to, timezone.localdate()).year:
        wrong["year"] = [_("The agreement was not in force in this year.")]
    if verdict not in AgreementReview.Verdict.values:
        wrong["verdict"] = [_("Choose a verdict.")]
    if score is not None and not 0 <= score <= 100:
        wrong["score"] = [_("A score lies between 0 and 100.")]
    if wrong:
        raise Invalid(fields=wrong)
    values = {
        "verdict": verdict,
        "score": score,
        "note": note.strip(),
        "reviewed_on": timezone.localdate(),
        "by": by if isinstance(by, User) else None,
    }
    found, _made = AgreementReview.objects.update_or_create(
        agreement=row, year=year, defaults=values
    )
    data = {"year": year, "verdict": verdict, "score": score}
    events.record("agreement.reviewed", row, by, data)
    return found


@transaction.atomic
def end(
    agreement: Agreement, *, by: Actor, reason: str, on: dt.date | None = None
) -> Agreement:
    """End an agreement early; its open items are dropped. Asked twice: no change.

    Raises:
        IllegalStep: it was renewed. Invalid: `fields` reason, on. NotAllowed.
    """
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    _must_cover(by, row)
    if row.state == "ended":
        return row
    day = on or timezone.localdate()
    base.check_end(day, reason)
    target = AGREEMENT.take(row.state, "end").target
    for item in row.items.open():
        drop(
            item, by=by, reason=_("The agreement was ended: %(why)s") % {"why": reason}
        )
    values = {"state": target, "ended_on": day, "ended_reason": reason.strip()}
    row = base.write(row, Agreement, values, by=by, event="agreement")
    events.record("agreement.ended", row, by, {"on": day.isoformat(), "reason": reason})
    return row


@transaction.atomic
def renew(
    agreement: Agreement,
    *,
    by: Actor,
    term_from: dt.date,
    term_to: dt.date,
    carries_open: bool = True,
) -> Agreement:
    """Make the next agreement with the same sides; asked twice it answers the first.

    With `carries_open` open items go over to the new one, without their days that have passed.

    Raises:
        IllegalStep: it was ended. Invalid: `fields` term_from, term_to. NotAllowed.
    """
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    _must_cover(by, row)
    if row.state == "renewed":
        return Agreement.objects.get(renews=row)
    wrong = {}
    if term_from <= row.term_from:
        wrong["term_from"] = [_("The new term begins after the old one began.")]
    if term_to < term_from:
        wrong["term_to"] = [_("A term ends after it began.")]
    if wrong:
        raise Invalid(fields=wrong)
    target = AGREEMENT.take(row.state, "renew").target
    values = {
        "title": row.title,
        "kind": row.kind,
        "signed_on": timezone.localdate(),
        "term_from": term_from,
        "term_to": term_to,
        "no": _next_no(),
        "renews": row,
        **row.place_ids,
    }
    fresh = base.write(None, Agreement, values, by=by, event="agreement")
    _copy_sides(row, fresh)
    if carries_open:
        _carry(row, fresh, by)
    ends = {"state": target, "ended_on": min(row.term_to, timezone.localdate())}
    row = base.write(row, Agreement, ends, by=by, event="agreement")
    events.record("agreement.renewed", row, by, {"by": fresh.pk, "no": fresh.no})
    return fresh


def _copy_sides(row: Agreement, fresh: Agreement) -> None:
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=fresh,
            order=side.order,
            organisation_id=side.organisation_id,
            department_id=side.department_id,
            unit_name=side.unit_name,
        )
        for side in row.parties.all()
    )


def _carry(row: Agreement, fresh: Agreement, by: Actor) -> None:
    today = timezone.localdate()
    for item in list(row.items.open()):
        due = item.due if item.due and item.due >= today else None
        AgreementItem.objects.create(
            agreement=fresh, order=item.order, what=item.what, who=item.who, due=due
        )
        drop(item, by=by, reason=_("Carried over to %(no)s.") % {"no": fresh.no})
