"""The registers of assessment rules and scorecards."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.registers import Column, Kind, Register, add, panels
from grids.registers import base
from grids.registers.filters import RecordFilter
from requests_hub.actions.assessment import save_rule, save_scorecard
from requests_hub.models import AssessmentRule, Scorecard
from requests_hub.panels.scorecards import preview

GROUP = _("Data and assessment")
READERS = frozenset(
    {"district", "township", "officer", "leader", "admin", "auditor", "grid_leader"}
)
WRITERS = frozenset({"district", "admin"})


class RuleFilter(RecordFilter):
    words_in = ("note",)


class ScorecardFilter(RecordFilter):
    words_in = ("name", "formula")


add(
    Register(
        key="assessment-rules",
        model=AssessmentRule,
        label=_("assessment rule"),
        plural=_("Assessment rules"),
        icon="sliders",
        group=GROUP,
        about=_("Weights of the three rates and the assessment month, from a day on."),
        columns=(
            Column("valid_from", _("Valid from"), Kind.DATE, required=True),
            Column("contacted", _("Weight of contacted"), Kind.INTEGER, required=True),
            Column("solved", _("Weight of solved"), Kind.INTEGER, required=True),
            Column(
                "satisfied",
                _("Weight of satisfied"),
                Kind.INTEGER,
                required=True,
                note=_("The three add up to 100."),
            ),
            Column(
                "basically_percent",
                _("“Basically satisfied” counts, %"),
                Kind.INTEGER,
                note=_("90 by custom."),
            ),
            Column(
                "first_day",
                _("First day of the month"),
                Kind.INTEGER,
                note=_("From 1 to 28; with 26, November is 26 October to 25 November."),
            ),
            Column("note", _("Grounds"), max_length=200),
        ),
        usual={
            name: str(getattr(AssessmentRule(), name))
            for name in (
                "contacted",
                "solved",
                "satisfied",
                "basically_percent",
                "first_day",
            )
        },
        natural_key=("valid_from",),
        save=save_rule,
        visible=base.visible(AssessmentRule),
        filters=RuleFilter,
        order=("-valid_from",),
        readers=READERS,
        writers=WRITERS,
    ),
    Register(
        key="scorecards",
        model=Scorecard,
        label=_("scorecard"),
        plural=_("Scorecards"),
        icon="speedometer2",
        group=GROUP,
        about=_("Formulas over named indicators, with their colours."),
        columns=(
            Column(
                "name", pgettext_lazy("thing", "Name"), required=True, max_length=60
            ),
            Column(
                "of",
                _("Who is assessed"),
                Kind.CHOICE,
                choices=Scorecard.Of.choices,
                required=True,
            ),
            Column(
                "formula",
                _("Formula"),
                required=True,
                max_length=500,
                note=_(
                    "Indicators by their names, numbers, + - * / ( ), min and max; the names"
                    " stand at the foot of the assessment page."
                ),
                example="0.6 * close_on_time + 0.4 * satisfied_rate",
            ),
            Column("green_from", _("Green from"), Kind.DECIMAL),
            Column("amber_from", _("Amber from"), Kind.DECIMAL),
            Column("order", _("Order"), Kind.INTEGER, in_list=False),
            Column("note", _("Grounds"), max_length=200),
        ),
        usual={
            name: str(getattr(Scorecard(), name))
            for name in ("green_from", "amber_from", "order")
        },
        natural_key=("name",),
        save=save_scorecard,
        visible=base.visible(Scorecard),
        filters=ScorecardFilter,
        order=("order", "pk"),
        readers=READERS,
        writers=WRITERS,
    ),
)

panels.add_preview(
    "scorecards", panels.Preview("requests_hub/assessment/preview.html", preview)
)
