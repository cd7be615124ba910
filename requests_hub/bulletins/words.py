"""The fixed sentences, tables and bars of a bulletin, made from its figures alone.

The content is plain data: page, paper, Word and Excel show the same. Rates have one decimal and
name their base; changes are “up / down N” or “level”, 环比 and 同比 by name.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from requests_hub.assessment.indicators import shares
from requests_hub.assessment.shares import (
    NONE,
    Share,
    Weights,
    change,
    growth,
    one_decimal,
    three_rates,
)

LEAST_RANKED = 3  # due requests; of fewer a rate says nothing about a town
Figures = Mapping[str, Any]
Section = dict[str, Any]


def make(figures: Figures, focus: Sequence[str] = ()) -> dict[str, Any]:
    """{"head", "title", "sections": [{"of", "heading", "paragraphs", "table", "bars"}], "foot"}.

    `focus` is what the writer adds about the time to come, one line each.
    """
    made = [_whole(figures), _ranking(figures), _topics(figures), _late(figures)]
    if focus:
        lines = [f"（{_chinese(n)}）{line}" for n, line in enumerate(focus, 1)]
        made.append({"heading": _("What comes next"), "paragraphs": lines})
    sections = [
        {**section, "heading": f"{_chinese(n)}、{section['heading']}"}
        for n, section in enumerate(made, 1)
    ]
    return {
        "head": _head(figures["kind"]),
        "title": _("Grid governance, %(days)s") % {"days": days_words(figures)},
        "sections": sections,
        "foot": _("Figures as of %(when)s; %(n)s requests left out of the rates")
        % {
            "when": _moment(figures["cut_off"]),
            "n": figures["whole"].get("excluded", 0),
        },
    }


def _head(kind: str) -> str:
    return {
        "day": _("Grid governance daily"),
        "week": _("Grid governance weekly"),
        "month": _("Grid governance monthly"),
    }[kind]


def days_words(figures: Figures) -> str:
    """“2026年11月16日至22日”; one day as itself."""
    first = date.fromisoformat(figures["first"])
    last = date.fromisoformat(figures["last"])
    words = {"m": first.month, "d": first.day, "y": first.year}
    if first == last:
        return _("%(m)s/%(d)s/%(y)s") % words
    ends = {**words, "m2": last.month, "d2": last.day, "y2": last.year}
    if first.year != last.year:
        return _("%(m)s/%(d)s/%(y)s to %(m2)s/%(d2)s/%(y2)s") % ends
    if first.month != last.month:
        return _("%(m)s/%(d)s to %(m2)s/%(d2)s/%(y2)s") % ends
    return _("%(m)s/%(d)s to %(d2)s/%(y2)s") % ends


def _moment(text: str) -> str:
    local = timezone.localtime(datetime.fromisoformat(text))
    return f"{local:%Y-%m-%d %H:%M}"


def weights_of(figures: Figures) -> Weights:
    contacted, solved, satisfied = figures["weights"]
    return Weights(contacted, solved, satisfied, figures["basically"])


def percent(share: Share) -> str:
    """One decimal and the sign; a dash without a base."""
    value = share.percent
    return NONE if value is None else f"{one_decimal(value)}%"


def _whole(figures: Figures) -> Section:
    n, before, year = figures["whole"], figures["before"], figures["year_before"]
    weights = weights_of(figures)
    now, was = shares(n, weights), shares(before, weights)
    first = _("%(period)s the district received %(received)s requests%(changes)s.") % {
        "period": _period(figures["kind"]),
        "received": n.get("received", 0),
        "changes": _changes(n, before, year),
    }
    first += _due(n, now, was)
    said = [first, _revisits(n, weights), _calls(n)]
    return {"heading": _("Overall"), "paragraphs": [line for line in said if line]}


def _due(n: Figures, now: Mapping[str, Share], was: Mapping[str, Share]) -> str:
    """What had to be closed by now and was; where nothing had to be, only what was closed."""
    if not n.get("close_due"):
        return _(
            " %(closed)s were closed; none had come to the day it must be closed."
        ) % {"closed": n.get("closed", 0)}
    return _(
        " %(due)s were due to be closed, %(done)s were closed, closing rate %(rate)s%(rate_moved)s;"
        " %(met)s in time, on-time rate %(met_rate)s%(met_moved)s."
    ) % {
        "due": n["close_due"],
        "done": n.get("close_done", 0),
        "rate": percent(now["close_rate"]),
        "rate_moved": _points(now["close_rate"], was["close_rate"]),
        "met": n.get("close_met", 0),
        "met_rate": percent(now["close_on_time"]),
        "met_moved": _points(now["close_on_time"], was["close_on_time"]),
    }


def _period(kind: str) -> str:
    return {
        "day": pgettext("bulletin", "Today"),
        "week": pgettext("bulletin", "This week"),
        "month": pgettext("bulletin", "This month"),
    }[kind]


def _changes(n: Figures, before: Figures, year: Figures) -> str:
    parts = []
    for other, words in ((before, _GROWTH), (year, _YEAR)):
        grown = growth(n.get("received", 0), other.get("received", 0))
        if grown is not None:
            parts.append(_moved(grown, words()))
    return "".join(_(", %(part)s") % {"part": part} for part in parts)


Words = tuple[str, ...]
MANY_PERCENT = 200  # from here on a growth is told as so many times


def _GROWTH() -> Words:  # noqa: N802 - a table of words in the language of the moment
    return (
        _("up %(n)s%% on the period before"),
        _("down %(n)s%% on the period before"),
        _("as the period before"),
        _("%(n)s times the period before"),
    )


def _YEAR() -> Words:  # noqa: N802 - a table of words in the language of the moment
    return (
        _("up %(n)s%% on the year before"),
        _("down %(n)s%% on the year before"),
        _("as the year before"),
        _("%(n)s times the year before"),
    )


def _moved(value: float, words: Words) -> str:
    up, down, same, *times = words
    if value == 0:
        return same
    if times and value >= MANY_PERCENT:
        return times[0] % {"n": one_decimal(1 + value / 100)}
    return (up if value > 0 else down) % {"n": one_decimal(abs(value))}


def _points(now: Share, was: Share) -> str:
    moved = change(now.percent, was.percent)
    if moved is None:
        return ""
    words = (
        _("up %(n)s points on the period before"),
        _("down %(n)s points on the period before"),
        _("as the period before"),
    )
    return _(", %(part)s") % {"part": _moved(moved, words)}


def _revisits(n: Figures, weights: Weights) -> str:
    rates = three_rates(n, weights)
    if rates.score is None:
        return _("No revisit was valid in this time.")
    return _(
        "Of %(valid)s valid revisits, %(contacted)s were contacted, %(solved)s solved, %(satisfied)s"
        " satisfied; weighted score %(score)s (weights %(a)s, %(b)s, %(c)s)."
    ) % {
        "valid": n["valid"],
        "contacted": percent(rates.contacted),
        "solved": percent(rates.solved),
        "satisfied": percent(rates.satisfied),
        "score": one_decimal(rates.score),
        "a": weights.contacted,
        "b": weights.solved,
        "c": weights.satisfied,
    }


def _calls(n: Figures) -> str:
    if not (n.get("whistles") or n.get("report_due")):
        return ""
    share = Share(n.get("report_met", 0), n.get("report_due", 0))
    return _(
        "%(whistles)s whistles were blown; %(due)s calls were due to be reported in on, %(met)s on"
        " time, on-time rate %(rate)s."
    ) % {
        "whistles": n.get("whistles", 0),
        "due": share.whole,
        "met": n.get("report_met", 0),
        "rate": percent(share),
    }


def _ranking(figures: Figures) -> Section:
    """Towns by their on-time rate: top and bottom three, then all in official order.

    A town where hardly anything was due has its rates in the table, but no rank.
    """
    weights, towns = weights_of(figures), figures["towns"]
    on_time = [shares(town, weights)["close_on_time"] for town in towns]
    is_few = [share.whole < LEAST_RANKED for share in on_time]
    ranks = _ranks(
        [
            None if few else share.percent
            for few, share in zip(is_few, on_time, strict=True)
        ]
    )
    order = sorted((rank, n) for n, rank in enumerate(ranks) if rank)
    named = [f"{towns[n]['name']} {percent(on_time[n])}" for _rank, n in order]
    said = []
    if len(named) >= 6:
        said = [
            _(
                "By closing in time, the first three: %(top)s; the last three: %(bottom)s."
            )
            % {"top": "、".join(named[:3]), "bottom": "、".join(named[:-4:-1])}
        ]
    elif named:
        said = [_("By closing in time: %(all)s.") % {"all": "、".join(named)}]
    few = [
        town["name"] or _("in no town")
        for town, share, less in zip(towns, on_time, is_few, strict=True)
        if less and share.whole
    ]
    if few:
        said.append(_too_few(few))
    rows = [
        _town_row(town, weights, rank) for town, rank in zip(towns, ranks, strict=True)
    ]
    total = {**figures["whole"], "name": _("whole district")}
    return {
        "of": "towns",
        "heading": _("Ranking of towns and streets"),
        "paragraphs": said,
        "table": {
            "head": [
                _("Town or street"), pgettext("count", "Received"), pgettext("count", "Due"),
                pgettext("count", "Closed"),
                _("In time"), _("Closing rate"), _("On-time rate"), _("Rank"),
            ],
            "rows": [*rows, _town_row(total, weights, None)],
            "has_total": True,
        },
    }  # fmt: skip


def _too_few(names: Sequence[str]) -> str:
    return _("With fewer than %(n)s due, not ranked: %(towns)s.") % {
        "n": LEAST_RANKED,
        "towns": "、".join(names),
    }


def _ranks(values: Sequence[float | None]) -> list[int | None]:
    """1 for the highest; equal ones share a rank; None without a figure."""
    shown = [None if value is None else round(value, 1) for value in values]
    known = [value for value in shown if value is not None]
    return [
        None if value is None else 1 + sum(other > value for other in known)
        for value in shown
    ]


def _town_row(town: Figures, weights: Weights, rank: int | None) -> list[str]:
    rates = shares(town, weights)
    counts = ("received", "close_due", "close_done", "close_met")
    return [
        town["name"] or _("in no town"),
        *(str(town.get(name, 0)) for name in counts),
        percent(rates["close_rate"]),
        percent(rates["close_on_time"]),
        str(rank) if rank else NONE,
    ]


def _topics(figures: Figures) -> Section:
    """First what kinds of matter, then the issues that several requests are about."""
    kinds, total = figures["categories"], figures["whole"].get("received", 0)
    bars = [
        {
            "label": kind["name"],
            "n": kind["n"],
            "share": percent(Share(kind["n"], total)),
        }
        for kind in kinds
    ]
    said = [_kind_words(kinds, figures["unclassified"])]
    if not total:
        said = [_("Nothing was asked.")]
    elif figures["topics"]:
        said.append(_hot_words(figures["topics"]))
    else:
        said.append(_("No two requests were about one matter."))
    section: Section = {
        "of": "topics",
        "heading": _("Hot topics"),
        "paragraphs": said,
        "bars": bars,
    }
    if figures["topics"]:
        section["table"] = _hot_table(figures["topics"])
    return section


def _kind_words(kinds: Sequence[Figures], unclassified: int) -> str:
    if not kinds:
        return _("%(n)s requests have no category yet.") % {"n": unclassified}
    kind = kinds[0]
    said = _("Most requests were about %(topic)s, %(n)s%(moved)s%(where)s.") % {
        "topic": kind["name"],
        "n": kind["n"],
        "moved": _grown(kind),
        "where": _where(kind),
    }
    if unclassified:
        said += _(" %(n)s have no category yet.") % {"n": unclassified}
    return said


def _grown(counted: Figures) -> str:
    grown = growth(counted["n"], counted["before"])
    return "" if grown is None else _(", %(part)s") % {"part": _moved(grown, _GROWTH())}


def _where(counted: Figures) -> str:
    places = "、".join(counted["where"])
    return _(", mostly in %(places)s") % {"places": places} if places else ""


def _hot_words(topics: Sequence[Figures]) -> str:
    """The hottest in full; how many others there are."""
    first = topics[0]
    said = _(
        "What touched most people is “%(issue)s”: %(n)s requests of %(people)s people"
        "%(moved)s%(where)s; %(open)s of them are still open."
    ) % {
        "issue": _issue_name(first),
        "n": first["n"],
        "people": first["people"],
        "moved": _grown(first),
        "where": _where(first),
        "open": first["open"],
    }
    return said + (_(" The hottest issues are listed below.") if topics[1:] else "")


def _issue_name(topic: Figures) -> str:
    """A private request lends no issue its title."""
    return topic["name"] or _("(private) %(category)s") % {
        "category": topic["category"]
    }


def _hot_table(topics: Sequence[Figures]) -> dict[str, Any]:
    return {
        "head": [
            _("Issue of several requests"), pgettext("hot issues", "Requests"),
            pgettext("hot issues", "People"), _("Period before"), _("Open now"),
            _("Mostly in"),
        ],
        "rows": [
            [
                _issue_name(topic), str(topic["n"]), str(topic["people"]),
                str(topic["before"]), str(topic["open"]), "、".join(topic["where"]) or NONE,
            ]
            for topic in topics
        ],
        "has_total": False,
        "words": [0],
    }  # fmt: skip


def _late(figures: Figures) -> Section:
    n, rows = figures["whole"], figures["overdue"]
    again = Share(n.get("reworks", 0), n.get("close_due", 0))
    said = [
        _("%(n)s open requests are past the day they had to be closed.")
        % {"n": n.get("overdue", 0)}
        + (_(" The longest are listed below.") if rows else "")
    ]
    said.append(_reworks(n.get("reworks", 0), again))
    if figures["named"]:
        units = "、".join(
            _("%(unit)s (%(n)s)") % {"unit": row["name"], "n": row["n"]}
            for row in figures["named"]
        )
        said.append(_("Named for reporting in late: %(units)s.") % {"units": units})
    said += [
        _("Named for leaving a supervision unanswered: %(unit)s. %(reason)s")
        % {"unit": row["name"], "reason": row["reason"]}
        for row in figures.get("named_by_hand", ())
    ]
    heading = _("Overdue and rework")
    section: Section = {"of": "overdue", "heading": heading, "paragraphs": said}
    if rows:
        section["table"] = {
            "head": [
                pgettext("bulletin", "No."),
                _("Matter"),
                _("Unit"),
                _("Working days over"),
            ],
            "rows": [
                [
                    r["no"],
                    r["title"] or _("(private)"),
                    r["unit"] or NONE,
                    str(r["days"] or _("under 1")),
                ]
                for r in rows
            ],
            "has_total": False,
            "words": [1],
        }
    return section


def _reworks(count: int, share: Share) -> str:
    if not share.whole:
        return _("%(n)s were sent back for rework.") % {"n": count}
    return _("%(n)s were sent back for rework, rework rate %(rate)s.") % {
        "n": count,
        "rate": percent(share),
    }


_DIGITS = "〇一二三四五六七八九十"


def _chinese(n: int) -> str:
    """1 to 19 in Chinese numerals."""
    return _DIGITS[n] if n <= 10 else f"十{_DIGITS[n - 10]}"
