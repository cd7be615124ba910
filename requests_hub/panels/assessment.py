"""The assessment page: rates with their bases, comparisons, scorecards, a chart with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from governance.core.workflow import Text
from requests_hub.assessment import formulas, indicators
from requests_hub.assessment.indicators import LABELS, MEANS, RATES, MeanOf
from requests_hub.assessment.periods import Period
from requests_hub.assessment.shares import NONE, Weights, change, growth, one_decimal
from requests_hub.models import Scorecard
from requests_hub.panels.strip import Cell
from requests_hub.queries.assessment import Board, Unit

BASES = {
    **{rate.name: (rate.part, rate.whole) for rate in RATES},
    "contacted_rate": ("contacted", "valid"),
    "solved_rate": ("solved", "valid"),
    "satisfied_rate": ("satisfied", "valid"),
}
MEAN_BY_NAME = {mean.name: mean for mean in MEANS}
COLUMNS = {
    "place": (
        "received", "excluded", "close_due", "close_rate", "close_on_time", "report_on_time",
        "contacted_rate", "solved_rate", "satisfied_rate", "score", "call_score",
    ),
    "department": (
        "called", "return_rate", "report_on_time", "plan_on_time", "handle_due", "handle_rate",
        "handle_on_time", "rework_rate", "contacted_rate", "solved_rate", "satisfied_rate", "score",
        "department_score",
    ),
}  # fmt: skip
TONES = {
    "green": gettext_lazy("good"),
    "amber": gettext_lazy("fair"),
    "red": gettext_lazy("poor"),
}


@dataclass(frozen=True)
class Figure:
    """One cell: the figure, its base, the list behind it, and the colour of a scorecard."""

    text: str
    base: str = ""
    url: str = ""
    tone: str = ""
    word: Text = ""


def rows(
    units: Sequence[Unit],
    by: str,
    weights: Weights,
    cards: Sequence[Scorecard],
    period: Period,
) -> list[tuple[Unit, list[tuple[Text, Figure]]]]:
    """Each unit with its figures under their headings, scorecards last."""
    out = []
    titles = headings(by, cards)
    for unit in units:
        where = {"grid": unit.code} if by == "place" else {"department": unit.code}
        known = indicators.values(unit.n, weights)
        cells = [_figure(n, unit.n, known, period, where) for n in COLUMNS[by]]
        cells += [card_figure(card, known) for card in cards]
        out.append((unit, list(zip(titles, cells, strict=True))))
    return out


def headings(by: str, cards: Sequence[Scorecard]) -> list[Text]:
    return [LABELS[name] for name in COLUMNS[by]] + [card.name for card in cards]


def _figure(
    name: str,
    n: dict[str, int],
    known: dict[str, float | None],
    period: Period,
    where: dict[str, str],
) -> Figure:
    if name in BASES:
        part, whole = BASES[name]
        base = f"{n.get(part, 0)} / {n.get(whole, 0)}" if n.get(whole) else ""
        if name == "satisfied_rate" and base:
            base = (
                f"{n.get('satisfied', 0)}+{n.get('basically', 0)} / {n.get(whole, 0)}"
            )
        percent = known[name]
        text = NONE if percent is None else f"{one_decimal(percent)}%"
        return Figure(text, base, behind(whole, period, where) if base else "")
    if name in MEAN_BY_NAME:
        return _mean(MEAN_BY_NAME[name], known, period, where)
    if name == "score":
        return Figure(one_decimal(known[name]))
    number = n.get(name, 0)
    return Figure(
        number_format(number, force_grouping=True),
        "",
        behind(name, period, where) if number else "",
    )


def card_figure(card: Scorecard, known: dict[str, float | None]) -> Figure:
    """What a scorecard gives, with its colour; where it gives nothing, for want of what."""
    value = formulas.evaluate(card.formula, known)
    tone = card.tone(value)
    lacking = _lacking(card, known) if value is None else ""
    return Figure(one_decimal(value), lacking, tone=tone, word=TONES.get(tone, ""))


def _lacking(card: Scorecard, known: dict[str, float | None]) -> str:
    """Why a scorecard has no figure: the indicators that have none themselves."""
    none = [
        str(LABELS[name])
        for name in formulas.names_in(card.formula)
        if name in LABELS and known.get(name) is None
    ]
    words = pgettext("between", ", ").join(none)
    return _("no figure of: %(names)s") % {"names": words} if none else ""


def _mean(
    mean: MeanOf,
    known: dict[str, float | None],
    period: Period,
    where: dict[str, str],
) -> Figure:
    """A mean with how many scores it rests on; words where nobody has scored."""
    value, n = known[mean.name], int(known[mean.base] or 0)
    if value is None:
        return Figure(_("no scores yet"))
    base = ngettext("%(n)s score", "%(n)s scores", n) % {"n": n}
    return Figure(one_decimal(value), base, behind(mean.base, period, where))


def behind(measure: str, period: Period, where: dict[str, str]) -> str:
    """The list of the requests that a figure counts."""
    query = {"figure": measure, "first": period.first, "last": period.last, **where}
    return f"{reverse('requests')}?{urlencode(query)}"


def strip(board: Board, weights: Weights, period: Period) -> list[Cell]:
    """Received with both comparisons, then the rates of the whole with their bases."""
    where = {"grid": board.grid} if board.grid else {}
    now = indicators.values(board.whole, weights)
    was = indicators.values(board.before, weights)
    received = board.whole.get("received", 0)
    cells = [
        Cell(
            LABELS["received"],
            number_format(received, force_grouping=True),
            _("items"),
            compared(
                growth(received, board.before.get("received", 0)),
                growth(received, board.year_before.get("received", 0)),
            ),
            behind("received", period, where),
        )
    ]
    for name in ("close_rate", "close_on_time", "solved_rate", "satisfied_rate"):
        figure = _figure(name, board.whole, now, period, where)
        moved = points(change(now[name], was[name]))
        if figure.base and not moved:
            moved = _("nothing to compare with yet")
        line = pgettext("between", ", ").join(filter(None, (figure.base, moved))) or _(
            "no base yet"
        )
        text = figure.text.removesuffix("%")
        unit = "" if text == NONE else "%"
        cells.append(Cell(LABELS[name], text, unit, line, figure.url))
    return cells


def compared(before: float | None, year: float | None) -> str:
    """“up 5.9% on the period before, down 4.4% on the year before”, as far as known."""
    said = []
    for value, up, down, same in (
        (
            before,
            _("up %(n)s%% on the period before"),
            _("down %(n)s%% on the period before"),
            _("as the period before"),
        ),
        (
            year,
            _("up %(n)s%% on the year before"),
            _("down %(n)s%% on the year before"),
            _("as the year before"),
        ),
    ):
        if value is not None:
            words = same if value == 0 else up if value > 0 else down
            said.append(words % {"n": one_decimal(abs(value))} if value else words)
    return pgettext("between", ", ").join(said) or _("nothing to compare with yet")


def points(moved: float | None) -> str:
    if moved is None:
        return ""
    if moved == 0:
        return _("as the period before")
    words = (
        _("up %(n)s points on the period before")
        if moved > 0
        else _("down %(n)s points on the period before")
    )
    return words % {"n": one_decimal(abs(moved))}


WIDTH, HEIGHT, FOOT, LEFT = 900, 180, 24, 36


def chart(days: Sequence[tuple[date, int, int]]) -> dict[str, Any]:
    """Bars of what was received and a line of what was closed, as numbers of an SVG."""
    most = max([1, *(max(a, b) for _day, a, b in days)])
    step = (WIDTH - LEFT) / max(len(days), 1)
    tall = HEIGHT - FOOT

    def y(value: int) -> float:
        return round(tall - (tall - 12) * value / most, 1)

    bars, line, labels = [], [], []
    for n, (day, received, closed) in enumerate(days):
        x = LEFT + n * step
        bars.append(
            {
                "x": round(x + step * 0.2, 1),
                "y": y(received),
                "w": round(step * 0.6, 1),
                "h": round(tall - y(received), 1),
            }
        )
        line.append(f"{round(x + step / 2, 1)},{y(closed)}")
        if (len(days) - 1 - n) % 7 == 0:
            labels.append({"x": round(x + step / 2, 1), "text": f"{day:%m-%d}"})
    return {
        "bars": bars,
        "line": " ".join(line),
        "labels": labels,
        "most": most,
        "width": WIDTH,
        "height": HEIGHT,
        "base": tall,
        "label_y": HEIGHT - 6,
        "days": days,
    }


def glossary() -> list[tuple[str, Text, Text]]:
    """(name in a formula, label, how it is reckoned) of every indicator."""
    about: dict[str, Text] = {one.name: one.about for one in (*RATES, *MEANS)}
    about |= {
        "contacted_rate": _(
            "contacted ÷ valid revisits; of a department, ÷ valid answers about it"
        ),
        "solved_rate": _(
            "solved ÷ valid revisits; of a department, ÷ valid answers about it"
        ),
        "satisfied_rate": _(
            "(satisfied + what “basically satisfied” counts × those) ÷ valid revisits;"
            " of a department, ÷ valid answers about it"
        ),
        "score": _("the three rates by their weights"),
    }
    return [(name, label, about.get(name, "")) for name, label in LABELS.items()]
