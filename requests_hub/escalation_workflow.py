"""The machine of a supervision 督办: a statement asked of a department, tracked until answered."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import Effects, State, Step, StepField, Workflow

ASKERS = ("district", "leader")

SUPERVISION = Workflow(
    name="supervision",
    initial=("asked",),
    states=(
        State(
            "asked",
            pgettext_lazy("supervision", "To answer"),
            "amber",
            "hourglass-split",
        ),
        State(
            "answered",
            pgettext_lazy("supervision", "Answered"),
            "violet",
            "chat-left-text",
        ),
        State(
            "settled",
            pgettext_lazy("supervision", "Settled"),
            "green",
            "check-circle",
            False,
        ),
        State(
            "withdrawn",
            pgettext_lazy("supervision", "Withdrawn"),
            "grey",
            "x-circle",
            False,
        ),
    ),
    steps=(
        Step(
            "answer",
            _("Answer"),
            ("asked",),
            "answered",
            ("officer", "holder", "township"),
            (StepField("answer", _("Why it is late, and what is done by when")),),
            "chat-left-text",
            effects=Effects("supervision_answered"),
        ),
        Step(
            "settle",
            _("Settle"),
            ("answered",),
            "settled",
            ASKERS,
            (StepField("note", _("Remark"), required=False),),
            "check-circle",
            effects=Effects("supervision_settled"),
        ),
        Step(
            "ask_again",
            _("Ask again"),
            ("answered",),
            "asked",
            ASKERS,
            (
                StepField("reason", _("What is missing in the answer")),
                StepField("within", _("Answer within"), "amount", required=False),
            ),
            "arrow-counterclockwise",
            effects=Effects("supervision_asked_again"),
        ),
        Step(
            "name",
            _("Name in the bulletin"),
            ("asked",),
            "asked",
            ("district",),
            (StepField("reason", _("What the bulletin gives as the reason")),),
            "broadcast",
            effects=Effects("named"),
        ),
        Step(
            "withdraw",
            _("Withdraw the supervision"),
            ("asked", "answered"),
            "withdrawn",
            ASKERS,
            (StepField("reason", _("Reason")),),
            "x-circle",
            effects=Effects("supervision_withdrawn"),
        ),
    ),
)
