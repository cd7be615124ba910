"""Write the rules of assessment and the scorecards."""

from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.events import Actor
from grids.registers import base
from requests_hub.assessment import formulas
from requests_hub.assessment.indicators import LABELS
from requests_hub.models import AssessmentRule, Scorecard

WRITERS = frozenset({"district", "admin"})
POINTS = ("contacted", "solved", "satisfied")


def save_rule(
    row: AssessmentRule | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> AssessmentRule:
    """Add a rule that holds from a date on, or change it.

    Raises:
        Invalid: the weights do not add up to 100; two rules from one day.
    """
    points = [_number(values, row, name, AssessmentRule) for name in POINTS]
    if sum(points) != 100:
        words = _("The three weights add up to %(n)s; they must add up to 100.")
        raise Invalid(fields={"satisfied": [words % {"n": sum(points)}]})
    first = _number(values, row, "first_day", AssessmentRule)
    if not 1 <= first <= 28:
        raise Invalid(fields={"first_day": [_("A day from 1 to 28.")]})
    values = _placed(row, values, by)
    return base.write(
        row, AssessmentRule, values, by=by, source=source, version=version
    )


def save_scorecard(
    row: Scorecard | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Scorecard:
    """Add a scorecard or change it.

    Raises:
        Invalid: the formula, at its field; amber above green.
    """
    check_scorecard(row, values)
    values = _placed(row, values, by)
    return base.write(row, Scorecard, values, by=by, source=source, version=version)


def check_scorecard(row: Scorecard | None, values: dict[str, Any]) -> None:
    """Whether a scorecard could be written like this.

    Raises:
        Invalid: the formula, at its field; amber above green.
    """
    if row is None or "formula" in values:
        formulas.check(values.get("formula") or "", LABELS)
    green = _number(values, row, "green_from", Scorecard)
    if _number(values, row, "amber_from", Scorecard) > green:
        raise Invalid(fields={"amber_from": [_("Amber begins below green.")]})


def _placed(row: Any, values: dict[str, Any], by: Actor) -> dict[str, Any]:
    """A new one holds for the writer's district."""
    if row is not None:
        return values
    return base.place({**values, "grid": None}, by, roles=WRITERS)


def _number(values: dict[str, Any], row: Any, name: str, model: type[Any]) -> Any:
    if values.get(name) is not None:
        return values[name]
    if row is not None:
        return getattr(row, name)
    return model._meta.get_field(name).default  # noqa: SLF001 - Django's documented API
