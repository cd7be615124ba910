"""Demo of the assessment: a rule, scorecards, and the bulletins of last week and month."""

from datetime import timedelta

from django.utils import timezone

from governance.core.models import User
from grids.models import District
from requests_hub.actions import bulletins, statistics
from requests_hub.actions.assessment import save_rule, save_scorecard
from requests_hub.assessment.periods import period_of
from requests_hub.models import AssessmentRule, Bulletin, Scorecard

NOTE = "建议值"
CARDS = (
    (
        "镇街综合",
        "place",
        "0.3 * close_rate + 0.3 * close_on_time + 0.4 * score",
        90,
        80,
    ),
    ("闭环效率", "place", "0.5 * close_on_time + 0.5 * report_on_time", 90, 75),
    (
        "部门处置",
        "department",
        "0.3 * handle_rate + 0.2 * handle_on_time + 0.3 * report_on_time"
        " + 0.2 * (100 - rework_rate)",
        85,
        70,
    ),
)


def load(district: District) -> int:
    """Add what is missing; gives how many rows were made."""
    by = User.objects.filter(username="district").first()
    if by is None:
        return 0
    made = _rules(district, by)
    statistics.fold()
    today = timezone.localdate()
    for kind, back in (("month", 28), ("week", 7)):
        period = period_of(kind, today - timedelta(days=back))
        issued = Bulletin.objects.filter(
            district=district, kind=kind, first=period.first
        )
        if not issued.exists():
            bulletins.issue(district.pk, period, by=by)
            made += 1
    return made


def _rules(district: District, by: User) -> int:
    made = 0
    if not AssessmentRule.objects.filter(district=district).exists():
        first = timezone.localdate().replace(month=1, day=1)
        values = {"valid_from": first, "contacted": 30, "solved": 35, "satisfied": 35}
        save_rule(None, {**values, "note": NOTE}, by=by)
        made += 1
    for order, (name, of, formula, green, amber) in enumerate(CARDS):
        if not Scorecard.objects.filter(district=district, name=name).exists():
            values = {"name": name, "of": of, "formula": formula, "note": NOTE}
            bands = {"green_from": green, "amber_from": amber, "order": order}
            save_scorecard(None, {**values, **bands}, by=by)
            made += 1
    return made
