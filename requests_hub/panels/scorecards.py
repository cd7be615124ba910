"""What a scorecard being written would show of the current assessment month."""

from typing import Any

from django.utils import timezone

from governance.core.models import User
from governance.core.registers.forms import RecordForm
from requests_hub.actions.assessment import check_scorecard
from requests_hub.assessment import indicators
from requests_hub.assessment.periods import Period, period_of
from requests_hub.models import Scorecard
from requests_hub.panels.assessment import card_figure
from requests_hub.queries import areas
from requests_hub.queries import assessment as queries

WRITTEN = ("name", "of", "formula", "green_from", "amber_from")


def preview(user: User, form: RecordForm) -> dict[str, Any]:
    """Each unit with its figure and colour as the form stands; nothing is written.

    Raises:
        Invalid: the scorecard could not be saved like this.
    """
    check_scorecard(form.row, form.values)
    card = _card(form)
    today = timezone.localdate()
    district = next(iter(areas.districts_of(user)), 0)
    rule = queries.rule_at(district, today)
    part = period_of("month", today, rule.first_day).until(today)
    lines = [
        (unit, card_figure(card, indicators.values(unit.n, rule.weights)))
        for unit in _units(user, card, part)
    ]
    return {"card": card, "part": part, "lines": lines}


def _card(form: RecordForm) -> Scorecard:
    """The scorecard of the form, which is in no table."""
    known = {name: getattr(form.row, name) for name in WRITTEN if form.row is not None}
    given = {n: v for n, v in form.values.items() if n in WRITTEN and v is not None}
    return Scorecard(**{**known, **given})


def _units(user: User, card: Scorecard, part: Period) -> Any:
    if card.of == Scorecard.Of.DEPARTMENT:
        return queries.departments(user, part)
    board = queries.places(user, part, (part.before(), part.year_before()))
    return board.units if board else ()
