"""The indicators that pages show and formulas name: counts, and rates with their bases."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import Text
from requests_hub.assessment.shares import Share, Weights, three_rates

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Count:
    """How many; `name` is the measure of the statistics."""

    name: str
    label: Text


@dataclass(frozen=True)
class RateOf:
    """`part` ÷ `whole` of the counts. The wholes are what should have been done by now."""

    name: str
    label: Text
    part: str
    whole: str
    about: Text = ""


@dataclass(frozen=True)
class MeanOf:
    """Mean of the marks (1 to 5) that one side gave; `base` is the name of how many scores."""

    name: str
    label: Text
    base: str
    base_label: Text
    about: Text

    @property
    def points(self) -> str:
        """The name of the sum of the marks."""
        return f"{self.name}_points"

    @property
    def marks(self) -> str:
        """The name of how many marks the sum is of."""
        return f"{self.name}_marks"


COUNTS = (
    Count("received", pgettext_lazy("count", "Received")),
    Count("excluded", _("Left out of the rates")),
    Count("accepted", _("Accepted")),
    Count("closed", _("Closed")),
    Count("closed_in_time", _("Closed in time")),
    Count("close_due", _("Due to be closed")),
    Count("close_done", _("of them closed")),
    Count("close_met", _("of them closed in time")),
    Count("valid", _("Valid revisits")),
    Count("contacted", _("Contacted")),
    Count("solved", _("Solved")),
    Count("satisfied", _("Satisfied")),
    Count("basically", _("Basically satisfied")),
    Count("dissatisfied", _("Dissatisfied")),
    Count("called", _("Departments called")),
    Count("report_due", _("Due to report in")),
    Count("report_done", _("of them reported in")),
    Count("report_met", _("of them reported in on time")),
    Count("returned", _("Calls returned")),
    Count("plan_due", _("Due to be planned")),
    Count("plan_done", _("of them planned")),
    Count("plan_met", _("of them planned on time")),
    Count("handle_due", _("Due to be handled")),
    Count("handle_done", _("of them handled")),
    Count("handle_met", _("of them handled in time")),
    Count("handle_again", _("of them sent back for rework")),
)
RATES = (
    RateOf("close_rate", _("Closing rate"), "close_done", "close_due",
           _("closed ÷ those whose day of closing has come")),
    RateOf("close_on_time", _("Closed on time"), "close_met", "close_due",
           _("closed by their day ÷ those whose day of closing has come")),
    RateOf("report_on_time", _("Reported in on time"), "report_met", "report_due",
           _("reported in by the limit ÷ calls whose limit has come")),
    RateOf("return_rate", _("Return rate"), "returned", "called",
           _("calls returned ÷ departments called")),
    RateOf("plan_on_time", _("Planned on time"), "plan_met", "plan_due",
           _("planned by the limit ÷ calls whose limit for a plan has come")),
    RateOf("handle_rate", _("Handling rate"), "handle_done", "handle_due",
           _("answered ÷ calls whose day of handling has come")),
    RateOf("handle_on_time", _("Handled on time"), "handle_met", "handle_due",
           _("answered by their day ÷ calls whose day of handling has come")),
    RateOf("rework_rate", _("Rework rate"), "handle_again", "handle_due",
           _("sent back for rework ÷ calls whose day of handling has come")),
)  # fmt: skip
DEPARTMENT_SCORE = MeanOf(
    "department_score", _("The desk on the department"),
    "department_scores", _("Scores given to departments"),
    _("mean of the marks from 1 to 5 that desks gave departments for calls in these days"),
)  # fmt: skip
CALL_SCORE = MeanOf(
    "call_score", _("The department on the call"),
    "call_scores", _("Scores given to calls"),
    _("mean of the marks from 1 to 5 that departments gave for calls in these days"),
)  # fmt: skip
MEANS = (DEPARTMENT_SCORE, CALL_SCORE)
THREE = (
    ("contacted_rate", _("Contacted rate")),
    ("solved_rate", _("Solved rate")),
    ("satisfied_rate", _("Satisfied rate")),
    ("score", _("Weighted score")),
)
MEASURES = [count.name for count in COUNTS]
# Of a department these count answers about it, not requests: their measures are set apart.
ABOUT = "d."
OF_DEPARTMENTS = {
    name: f"{ABOUT}{name}"
    for name in (
        "valid",
        "contacted",
        "solved",
        "satisfied",
        "basically",
        "dissatisfied",
    )
}
LABELS: dict[str, Text] = {
    **{count.name: count.label for count in COUNTS},
    **{rate.name: rate.label for rate in RATES},
    **dict(THREE),
    **{mean.name: mean.label for mean in MEANS},
    **{mean.base: mean.base_label for mean in MEANS},
}


def shares(n: Counts, weights: Weights) -> dict[str, Share]:
    """Every rate with its base, by the indicator's name."""
    three = three_rates(n, weights)
    out = {r.name: Share(n.get(r.part, 0), n.get(r.whole, 0)) for r in RATES}
    return {
        **out,
        "contacted_rate": three.contacted,
        "solved_rate": three.solved,
        "satisfied_rate": three.satisfied,
    }


def values(n: Counts, weights: Weights) -> dict[str, float | None]:
    """What a formula may name: counts, rates in per cent and means (None without a base)."""
    rates = {name: share.percent for name, share in shares(n, weights).items()}
    counts: dict[str, float | None] = {name: n.get(name, 0) for name in MEASURES}
    for mean in MEANS:
        counts[mean.base] = n.get(mean.base, 0)
        rates[mean.name] = Share(n.get(mean.points, 0), n.get(mean.marks, 0)).quotient
    return {**counts, **rates, "score": three_rates(n, weights).score}
