"""The figures of one bulletin as plain data, as they are frozen when it is issued."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from governance.core import worktime
from grids.models import Department, Grid
from requests_hub.assessment.periods import Period, moment
from requests_hub.models import Escalation, Naming
from requests_hub.queries import bulletin_facts as facts
from requests_hub.queries import bulletin_topics as topics
from requests_hub.queries.assessment import rule_at
from requests_hub.queries.bulletin_facts import Counts, Window

CATEGORIES, TOPICS = 5, 5


def make(
    district: int, period: Period, cut_off: datetime, recorded: datetime
) -> dict[str, Any]:
    """Every figure that the sentences, tables and files of a bulletin use.

    Args:
        district: whose bulletin.
        period: its days.
        cut_off: figures as of this moment; the periods compared with are cut off alike.
        recorded: of what was recorded until then.
    """
    window = window_of(district, period, cut_off, recorded)
    length = window.end - window.start
    rule = rule_at(district, period.last)
    towns = facts.by_town(window)
    called = facts.calls(window)
    return {
        "kind": period.kind,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "cut_off": window.end.isoformat(),
        "weights": [rule.contacted, rule.solved, rule.satisfied],
        "basically": rule.basically_percent / 100,
        "whole": {**added(towns.values()), **_calls(called)},
        "before": added(_like(window, period.before(), length).values()),
        "year_before": added(_like(window, period.year_before(), length).values()),
        "towns": _towns(district, towns),
        **_categories(window, period, length),
        "topics": _topics(window, period, length),
        "overdue": _overdue(window),
        "named": _named(window, called),
        "named_by_hand": _named_by_hand(window),
    }


def window_of(
    district: int, period: Period, cut_off: datetime, recorded: datetime
) -> Window:
    """From the first moment of the period to its end, or to the cut-off if that is earlier."""
    end = min(moment(period.last + timedelta(days=1)), cut_off)
    return Window(district, moment(period.first), end, recorded)


def _like(
    window: Window, period: Period, length: timedelta
) -> dict[int | None, Counts]:
    """The counts of another period, as long as the one reported has run."""
    return facts.by_town(_same(window, period, length))


def _same(window: Window, period: Period, length: timedelta) -> Window:
    start = moment(period.first)
    end = min(moment(period.last + timedelta(days=1)), start + length)
    return replace(window, start=start, end=end)


def added(parts: Iterable[Counts]) -> Counts:
    out: Counter[str] = Counter()
    for part in parts:
        out.update(part)
    return dict(out)


def _calls(called: dict[int, tuple[int, int]]) -> Counts:
    return {
        "report_due": sum(due for due, _met in called.values()),
        "report_met": sum(met for _due, met in called.values()),
    }


def _towns(district: int, found: dict[int | None, Counts]) -> list[dict[str, Any]]:
    """All towns in official order, also those without requests; last what lies in none of them.

    So the rows add up to the whole, whatever became of a town since.
    """
    grids = Grid.objects.live().at_level("large").filter(district_id=district)
    rows = list(grids.order_by("tree_id", "lft"))
    out: list[dict[str, Any]] = [
        {"name": grid.name, "code": grid.code, **found.get(grid.pk, {})}
        for grid in rows
    ]
    left = added(found[pk] for pk in found.keys() - {grid.pk for grid in rows})
    if any(left.values()):
        out.append({"name": "", "code": "", **left})
    return out


def _categories(window: Window, period: Period, length: timedelta) -> dict[str, Any]:
    """The first levels most asked about, with where and how many before; how many have none."""
    rows = topics.by_category(window)
    now, where = _by_class(rows)
    before, _where = _by_class(
        topics.by_category(_same(window, period.before(), length))
    )
    named = topics.most_common(now, CATEGORIES)
    names = _names(where[label] for label, _n in named)
    return {
        "categories": [
            {
                "name": label,
                "n": n,
                "before": before[label],
                "where": names(where[label]),
            }
            for label, n in named
        ],
        "unclassified": sum(n for label, _medium, n in rows if not label),
    }


def _topics(window: Window, period: Period, length: timedelta) -> list[dict[str, Any]]:
    """The issues that touched most people; none where no two requests were about one matter."""
    hots = topics.hottest(window, TOPICS)
    names = _names(hot.mediums for hot in hots)
    before = topics.how_many(
        _same(window, period.before(), length), [hot.issue for hot in hots]
    )
    return [
        {
            "issue": hot.issue,
            "name": hot.title,
            "category": hot.category,
            "n": hot.n,
            "people": hot.people,
            "open": hot.open,
            "before": before.get(hot.issue, 0),
            "where": names(hot.mediums),
        }
        for hot in hots
    ]


Places = Callable[[Counter[int]], list[str]]


def _names(counted: Iterable[Counter[int]]) -> Places:
    """What names the two places with most requests, of those counted; one statement."""
    places = {pk for counts in counted for pk in counts}
    known = dict(Grid.objects.filter(pk__in=places).values_list("pk", "name"))

    def named(counts: Counter[int]) -> list[str]:
        return [known[pk] for pk, _n in topics.most_common(counts, 2) if pk in known]

    return named


def _by_class(
    rows: list[tuple[str, int | None, int]],
) -> tuple[Counter[str], dict[str, Counter[int]]]:
    total: Counter[str] = Counter()
    where: dict[str, Counter[int]] = {}
    for label, medium, n in rows:
        if not label:
            continue
        total[label] += n
        places = where.setdefault(label, Counter())
        if medium is not None:
            places[medium] += n
    return total, where


def _overdue(window: Window) -> list[dict[str, Any]]:
    """The longest overdue with the unit that answers for each; three statements at most."""
    rows = facts.longest_overdue(window)
    towns = Grid.objects.in_bulk([row["large_id"] for row in rows if row["large_id"]])
    units = Department.objects.in_bulk(
        [pk for row in rows if (pk := row["lead_department_id"])]
    )
    return [
        {
            "no": row["no"],
            "title": "" if row["is_private"] else row["title"],
            "unit": _unit(units.get(row["lead_department_id"]))
            or _unit(towns.get(row["large_id"])),
            "days": _days_over(row["close_due_at"], window.end),
        }
        for row in rows
    ]


def _unit(found: Department | Grid | None) -> str:
    return found.name if found else ""


def _days_over(due_at: datetime, end: datetime) -> int:
    over = worktime.working_between(due_at, end)
    return int(over / worktime.day_length())


def _namings(window: Window) -> QuerySet[Naming]:
    found = Naming.objects.named(window.district, window.start, window.end)
    return found.filter(named_at__lte=window.recorded)


def _named_by_hand(window: Window) -> list[dict[str, Any]]:
    """Whom the district names itself, each with its reason, oldest first."""
    return [
        {"name": str(row.department or row.large), "reason": row.escalation.words}
        for row in _namings(window).filter(escalation__step=Escalation.MANUAL)
    ]


def _named(window: Window, called: dict[int, tuple[int, int]]) -> list[dict[str, Any]]:
    """Whom the escalation names, the most often named first; else who reported in late."""
    found = _namings(window).exclude(escalation__step=Escalation.MANUAL)
    times: Counter[str] = Counter(
        str(row.department or row.large) for row in found if row.department or row.large
    )
    if not times:
        late = {pk: due - met for pk, (due, met) in called.items() if due > met}
        units = Department.objects.filter(pk__in=late).order_by("order", "pk")
        times.update({unit.name: late[unit.pk] for unit in units})
    return [{"name": name, "n": n} for name, n in times.most_common(5)]
