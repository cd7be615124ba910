"""Publish a year's days off; every change is an event by which open deadlines move."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import events, worktime
from governance.core.calendar_import import Named
from governance.core.errors import Invalid
from governance.core.models import CalendarDay, CalendarYear

PUBLISHED = "calendar.published"


def publish_year(
    year: int, plan: Sequence[Named], *, source: str, by: events.Actor = None
) -> CalendarYear:
    """Make `plan` the days off of `year`, in place of what was known of it.

    Records `calendar.published` with the year and the dates that changed; a plan that changes
    nothing records nothing.

    Raises:
        Invalid: with field "date" for a day of another year or named twice, or with "year".
    """
    _check(year, plan)
    with transaction.atomic():
        row, created = CalendarYear.objects.select_for_update().get_or_create(
            year=year, defaults={"source": source}
        )
        old = {d.date: d for d in CalendarDay.objects.filter(date__year=year)}
        new = {named.date: named for named in plan}
        changed = sorted(
            day
            for day in old.keys() | new.keys()
            if _differs(old.get(day), new.get(day))
        )
        if changed:
            CalendarDay.objects.filter(date__in=changed).delete()
            CalendarDay.objects.bulk_create(
                CalendarDay(
                    date=day, kind=new[day].kind, name=new[day].name, source=source
                )
                for day in changed
                if day in new
            )
        if created or changed:
            row.source = source
            row.save()
            _tell(row, changed, by)
    return row


def set_day(
    day: date, kind: str, name: str, *, source: str = "", by: events.Actor = None
) -> CalendarDay:
    """Say of one day of a published year whether it is worked (a typhoon, a local holiday).

    Raises:
        Invalid: with field "date" or "kind".
    """
    if kind not in CalendarDay.Kind.values:
        sentence = _("No such kind of day.")
        raise Invalid(sentence, fields={"kind": [sentence]})
    with transaction.atomic():
        year = _published(day)
        row, _created = CalendarDay.objects.update_or_create(
            date=day, defaults={"kind": kind, "name": name, "source": source}
        )
        _tell(year, [day], by)
    return row


def clear_day(day: date, *, by: events.Actor = None) -> None:
    """Make one day an ordinary one again.

    Raises:
        Invalid: with field "date".
    """
    with transaction.atomic():
        year = _published(day)
        deleted, _by_model = CalendarDay.objects.filter(date=day).delete()
        if deleted:
            _tell(year, [day], by)


def _published(day: date) -> CalendarYear:
    year = CalendarYear.objects.select_for_update().filter(year=day.year).first()
    if year is None:
        sentence = _("Publish the year %(year)s first.") % {"year": day.year}
        raise Invalid(sentence, fields={"date": [sentence]})
    return year


def _check(year: int, plan: Sequence[Named]) -> None:
    if not 1949 < year < worktime.LAST_YEAR:
        sentence = _("%(year)s is not a year that can be published.") % {"year": year}
        raise Invalid(sentence, fields={"year": [sentence]})
    dates = [named.date for named in plan]
    stray = next((day for day in dates if day.year != year), None)
    twice = next((day for day in dates if dates.count(day) > 1), None)
    if stray or twice:
        words = {"day": stray or twice, "year": year}
        sentence = (
            _("%(day)s is not in %(year)s.") if stray else _("%(day)s is named twice.")
        ) % words
        raise Invalid(sentence, fields={"date": [sentence]})


def _differs(old: CalendarDay | None, new: Named | None) -> bool:
    if old is None or new is None:
        return bool(old or new)
    return (old.kind, old.name) != (new.kind, new.name)


def _tell(year: CalendarYear, changed: list[date], by: events.Actor) -> None:
    data = {"year": year.year, "dates": [day.isoformat() for day in changed]}
    events.record(PUBLISHED, year, by, data)
    worktime.forget()
    transaction.on_commit(partial(worktime.forget))
