"""The machines of Party bodies, agreements and their items."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import State, Step, StepField, Workflow

DESK = ("township", "district")
GRID = ("grid_leader", "grid_worker", "liaison")
WRITERS = (*DESK, "grid_leader")
REASON = StepField("reason", _("Reason"))
DAY = StepField("on", _("On which day"))

ORGANISATION = Workflow(
    name="party_organisation",
    initial=("active",),
    states=(
        State("active", pgettext_lazy("Party body", "Active"), "green", "check-circle"),
        State(
            "dissolved",
            pgettext_lazy("Party body", "Dissolved"),
            "grey",
            "slash-circle",
            False,
        ),
        State(
            "merged", pgettext_lazy("Party body", "Merged"), "grey", "intersect", False
        ),
    ),
    steps=(
        Step(
            "dissolve",
            _("Dissolve"),
            ("active",),
            "dissolved",
            DESK,
            (REASON, DAY),
            "slash-circle",
        ),
        Step(
            "merge",
            _("Merge into another"),
            ("active",),
            "merged",
            DESK,
            (REASON, DAY),
            "intersect",
        ),
        Step(
            "restore",
            _("Restore"),
            ("dissolved",),
            "active",
            DESK,
            (),
            "arrow-counterclockwise",
        ),
    ),
)

AGREEMENT = Workflow(
    name="agreement",
    initial=("active", "expired", "ended"),
    states=(
        State("active", pgettext_lazy("agreement", "In force"), "blue", "play-circle"),
        State("expired", pgettext_lazy("agreement", "Term over"), "amber", "hourglass"),
        State(
            "renewed",
            pgettext_lazy("agreement", "Renewed"),
            "green",
            "arrow-repeat",
            False,
        ),
        State(
            "ended", pgettext_lazy("agreement", "Ended"), "grey", "slash-circle", False
        ),
    ),
    steps=(
        Step(
            "expire",
            _("Let the term run out"),
            ("active",),
            "expired",
            ("system",),
            (),
            "hourglass",
        ),
        Step(
            "extend",
            _("Extend the term"),
            ("expired",),
            "active",
            WRITERS,
            (),
            "arrow-counterclockwise",
        ),
        Step(
            "renew",
            _("Renew"),
            ("active", "expired"),
            "renewed",
            WRITERS,
            (),
            "arrow-repeat",
        ),
        Step(
            "end",
            pgettext_lazy("agreement", "End"),
            ("active", "expired"),
            "ended",
            WRITERS,
            (REASON, DAY),
            "slash-circle",
        ),
    ),
)

ITEM = Workflow(
    name="agreement_item",
    initial=("open", "done", "dropped"),
    states=(
        State("open", pgettext_lazy("agreement item", "Open"), "blue", "circle"),
        State(
            "done",
            pgettext_lazy("agreement item", "Done"),
            "green",
            "check-circle",
            False,
        ),
        State(
            "dropped",
            pgettext_lazy("agreement item", "Dropped"),
            "grey",
            "dash-circle",
            False,
        ),
    ),
    steps=(
        Step("finish", _("Mark done"), ("open",), "done", WRITERS, (), "check-circle"),
        Step(
            "drop",
            _("Drop"),
            ("open",),
            "dropped",
            WRITERS,
            (REASON,),
            "dash-circle",
        ),
        Step(
            "reopen",
            _("Open again"),
            ("done", "dropped"),
            "open",
            WRITERS,
            (),
            "arrow-counterclockwise",
        ),
    ),
)
