"""The five rates of full coverage 五个“格”, for every grid of a level in a fixed number of statements.

The speech names them and defines none, so each definition is a proposal of ours that the list
`party_rate` adjusts; `Rate.formula` is the sentence that the page shows. Units are counted below
the grid asked about, by the prefix of its code (a grid's code starts with its parent's):

- `branch_on_grid` 支部建在格上: small grids with an active branch or group bound to them.
- `embedded` 组织嵌入格中: micro grids in which a Party body is.
- `rooted` 党员扎根格下: micro grids with a member household (or enough members living there).
- `covered` 党建覆盖格内: units with a Party body of their own or a side of an agreement.
- `flag` 党旗插到格心: micro grids with a place of the Party.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Left
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries
from grids.models import Grid, MemberHousehold, PartyMember, PartyOrganisation
from grids.party_units import covered_units, grids_with_sites

DIGITS = {"large": 9, "medium": 12, "small": 14, "micro": 17}
LEVELS = tuple(DIGITS)
MOST_PER_UNIT = 3
COUNTS = tuple(f"_met{n}" for n in range(MOST_PER_UNIT))
Text = str | Promise
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Rate:
    """One of the five. `unit` is the level whose grids are counted; "" counts resident units.

    `met` is the condition under which a grid counts, over `Grid`; `line` says numerator and
    denominator in words.
    """

    code: str
    label: Text
    unit: str
    formula: Text
    line: Text
    short_line: Text
    met: Callable[[Settings], Any] | None = None

    @property
    def title(self) -> str:
        """The administrators' word for it."""
        entry = dictionaries.item("party_rate", self.code)
        return entry.label if entry else str(self.label)

    @property
    def settings(self) -> Settings:
        entry = dictionaries.item("party_rate", self.code)
        return entry.data if entry else {}


@dataclass(frozen=True)
class Figure:
    """One rate of one grid: `met` of `total` units. A rate of nothing is None, not 0."""

    rate: Rate
    met: int = 0
    total: int = 0

    @property
    def percent(self) -> float | None:
        return round(100 * self.met / self.total, 1) if self.total else None

    @property
    def short(self) -> int:
        """How many fall short."""
        return self.total - self.met

    @property
    def tone(self) -> str:
        """green, amber or red, by the limits of the list; grey without a base."""
        if self.percent is None:
            return "grey"
        limits = self.rate.settings
        if self.percent >= float(limits.get("good", 80)):
            return "green"
        return "amber" if self.percent >= float(limits.get("fair", 60)) else "red"

    @property
    def shade(self) -> int:
        """0 to 5, the class of the map: no base, then up to 40, 60, 80, under 100, all."""
        if self.percent is None:
            return 0
        return 1 + sum(self.percent >= limit for limit in (40, 60, 80, 100))

    @property
    def line(self) -> str:
        return str(self.rate.line) % {
            "met": f"{self.met:,}",
            "total": f"{self.total:,}",
        }


def _bodies(level: str, kinds: Iterable[str] = ()) -> Exists:
    rows = PartyOrganisation.objects.active().filter(**{f"{level}_id": OuterRef("pk")})
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return Exists(rows)


def _branch(settings: Settings) -> Any:
    return _bodies("small", settings.get("kinds") or ())


def _embedded(settings: Settings) -> Any:
    return _bodies("micro", settings.get("kinds") or ())


def _rooted(settings: Settings) -> Any:
    households = MemberHousehold.objects.filter(
        micro_id=OuterRef("pk"), ended_on__isnull=True
    )
    least = int(settings.get("count_members") or 0)
    if not least:
        return Exists(households)
    homes = PartyMember.objects.filter(home_id=OuterRef("pk"), ended_on__isnull=True)
    enough = homes.values("home_id").annotate(n=Count("pk")).filter(n__gte=least)
    return Q(Exists(households)) | Q(Exists(enough))


def _flag(settings: Settings) -> Any:
    met = grids_with_sites(settings.get("site_kinds") or ())
    if not settings.get("count_households", True):
        return met
    at_home = MemberHousehold.objects.filter(
        micro_id=OuterRef("pk"), ended_on__isnull=True, has__contains=["place"]
    )
    return Q(Exists(at_home)) | met


RATES = (
    Rate(
        "branch_on_grid",
        _("Branch on the grid"),
        "small",
        _(
            "Small grids to which an active branch or Party group is bound ÷ "
            "all small grids in use."
        ),
        _("%(met)s of %(total)s small grids"),
        _("Small grids without a branch or group"),
        _branch,
    ),
    Rate(
        "embedded",
        _("Organisation in the grid"),
        "micro",
        _(
            "Micro grids in which a Party group or another Party body is ÷ "
            "all micro grids in use."
        ),
        _("%(met)s of %(total)s micro grids"),
        _("Micro grids without a Party body"),
        _embedded,
    ),
    Rate(
        "rooted",
        _("Members rooted below it"),
        "micro",
        _("Micro grids with a member household ÷ all micro grids in use."),
        _("%(met)s of %(total)s micro grids"),
        _("Micro grids without a member household"),
        _rooted,
    ),
    Rate(
        "covered",
        _("Party work covers it"),
        "",
        _(
            "Resident units with a Party body of their own or a side of an agreement in force ÷ "
            "all resident units in the register of organisations."
        ),
        _("%(met)s of %(total)s units"),
        _("Units without a Party body or an agreement"),
    ),
    Rate(
        "flag",
        _("Flag at its heart"),
        "micro",
        _(
            "Micro grids with a place of the Party (a site of the register, or a member household "
            "that has a place to meet) ÷ all micro grids in use."
        ),
        _("%(met)s of %(total)s micro grids"),
        _("Micro grids without a place of the Party"),
        _flag,
    ),
)
BY_CODE = {rate.code: rate for rate in RATES}


def of_level(
    level: str, prefixes: Iterable[str] = ("",)
) -> dict[str, dict[str, Figure]]:
    """The five figures of every live grid of a level, by the grid's code and the rate's.

    One statement whatever the number of grids: small grids, micro grids and units are counted
    apart and joined by UNION ALL. `prefixes` are codes above or at the grids wanted.
    """
    digits, prefixes = DIGITS[level], list(prefixes)
    covered = BY_CODE["covered"]
    parts = [covered_units(digits, prefixes, covered.settings)]
    parts += [
        _counted(unit, digits, prefixes)
        for unit in ("small", "micro")
        if DIGITS[unit] >= digits
    ]
    found: dict[str, dict[str, Figure]] = {}
    for unit, code, total, *met in parts[0].union(*parts[1:], all=True):
        figures = found.setdefault(code, {})
        for rate, count in zip(_rates_over(unit), met, strict=False):
            figures[rate.code] = Figure(rate, count, total)
    return found


def _rates_over(unit: str) -> list[Rate]:
    return [rate for rate in RATES if rate.unit == unit]


def _counted(unit: str, digits: int, prefixes: list[str]) -> Any:
    """(unit, code above, grids, how many meet each of up to three rates) of grids of one level."""
    rows = inside(Grid.objects.live().filter(level=unit), prefixes)
    flags = {f"_flag{n}": _condition(rate) for n, rate in enumerate(_rates_over(unit))}
    counts = {
        f"_met{n}": Count("pk", filter=Q(**{flag: True}))
        for n, flag in enumerate(flags)
    }
    rest = {f"_met{n}": Value(0) for n in range(len(flags), MOST_PER_UNIT)}
    grouped = rows.annotate(_above=Left("code", digits), **flags).values("_above")
    counted = grouped.annotate(_total=Count("pk"), **counts).order_by()
    named = counted.annotate(_unit=Value(unit, CharField()), **rest)
    return named.values_list("_unit", "_above", "_total", *COUNTS)


def _condition(rate: Rate) -> Any:
    assert rate.met is not None  # noqa: S101 - rates over grids have one
    return Case(
        When(rate.met(rate.settings), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def inside(rows: "QuerySet[Grid]", prefixes: Iterable[str]) -> "QuerySet[Grid]":
    inside = Q(pk__in=[])
    for prefix in prefixes:
        if not prefix:
            return rows
        inside |= Q(code__startswith=prefix)
    return rows.filter(inside)


def of_grid(grid: Grid) -> list[Figure]:
    """The five figures of one grid, in their order; one statement."""
    found = of_level(grid.level, (grid.code,)).get(grid.code, {})
    return [found.get(rate.code) or Figure(rate) for rate in RATES]


def shortfalls(rate: Rate, prefix: str) -> "QuerySet[Grid]":
    """The live grids below a code that fall short of a rate over grids; parents joined."""
    rows = inside(Grid.objects.live().filter(level=rate.unit), [prefix])
    short: QuerySet[Grid] = rows.annotate(_met=_condition(rate)).filter(_met=False)
    return short.select_related("parent__parent__parent").order_by("code")
