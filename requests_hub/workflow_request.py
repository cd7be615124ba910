"""The machine of a request: the way from submission to the resident's word.

Each step says beside itself what follows from it (`Effects`). The steps aside of the main way
(verify first, hold, merge, exclude, hide, revisit) are in `workflow_aside`.
Source of the stages: research on digital city management loops (accept, verify, register,
dispatch, dispose, reply, check, close); the words are those of the product's design.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import (
    AS_ASKED,
    Effects,
    State,
    Step,
    StepField,
    Told,
    Workflow,
)
from requests_hub.workflow_aside import STEPS_ASIDE
from requests_hub.workflow_parts import (
    CLOSED,
    DESK,
    FILES,
    GRID,
    NOTE,
    OUTCOMES,
    SATISFACTION,
)

MORE = _("More words on “%(title)s”, %(no)s")
TO_CHECK = _("To check: “%(title)s”, %(no)s")
AT_WORK = ("dispatched", "signed", "handling", "whistled", "reworked")

STATES = (
    State("draft", pgettext_lazy("request", "Draft"), "grey", "pencil"),
    State("submitted", pgettext_lazy("request", "To accept"), "amber", "inbox"),
    State("accepted", pgettext_lazy("request", "Accepted"), "blue", "inbox-fill"),
    State(
        "rejected",
        pgettext_lazy("request", "Not accepted"),
        "grey",
        "slash-circle",
        False,
    ),
    State("verify", pgettext_lazy("request", "To verify"), "amber", "binoculars"),
    State("dispatched", pgettext_lazy("request", "To sign for"), "blue", "send"),
    State("signed", pgettext_lazy("request", "Signed for"), "blue", "person-check"),
    State("handling", pgettext_lazy("request", "In hand"), "blue", "tools"),
    State("whistled", pgettext_lazy("request", "Whistled"), "teal", "megaphone"),
    State("replied", pgettext_lazy("request", "To check"), "violet", "clipboard-check"),
    State("checking", pgettext_lazy("request", "Being checked"), "violet", "search"),
    State("reworked", pgettext_lazy("request", "Rework"), "red", "arrow-repeat"),
    State("held", pgettext_lazy("request", "On hold"), "grey", "pin-angle"),
    State("closed", pgettext_lazy("request", "Closed"), "green", "check-circle", False),
    State("revisited", pgettext_lazy("request", "Rated"), "green", "star", False),
    State(
        "reopened",
        pgettext_lazy("request", "Reopened"),
        "blue",
        "arrow-counterclockwise",
    ),
    State(
        "withdrawn", pgettext_lazy("request", "Withdrawn"), "grey", "x-circle", False
    ),
    State("merged", pgettext_lazy("request", "Merged"), "grey", "intersect", False),
)

ACCEPT = Step(
    "accept",
    _("Accept"),
    ("submitted",),
    "accepted",
    DESK,
    (NOTE,),
    "inbox-fill",
    Effects("accepted", clock="give"),
)
REJECT = Step(
    "reject",
    _("Do not accept"),
    ("submitted", "accepted"),
    "rejected",
    DESK,
    (StepField("reason", _("Reason for the resident")),),
    "slash-circle",
    Effects(
        "rejected",
        (Told("reporter", ""),),
        clock="stop",
        drops=("hold",),
    ),
)
DISPATCH = Step(
    "dispatch",
    _("Give to the grid"),
    ("accepted", "reopened"),
    "dispatched",
    DESK,
    (
        StepField("holder", _("Who"), "user", required=False),
        StepField("grid", _("Which grid"), "grid", required=False),
        StepField("due", _("Time to handle it"), "amount", required=False),
        NOTE,
    ),
    "send",
    Effects("dispatched", (Told("reporter", ""),), clock=AS_ASKED),
)
WHISTLE = Step(
    "whistle",
    _("Whistle"),
    ("accepted", "reopened"),
    "whistled",
    DESK,
    (
        StepField("lead", _("Lead department"), "department"),
        StepField("assist", _("Assisting departments"), "departments", required=False),
        StepField(
            "kind",
            _("Kind of whistle"),
            "choice",
            required=False,
            choices=(
                ("routine", _("Routine whistle")),
                ("campaign", _("Campaign whistle")),
                ("emergency", _("Emergency whistle")),
            ),
            help=_(
                "An emergency counts round the clock, nights and weekends included."
            ),
        ),
        StepField("report_in_within", _("Report in within"), "amount", required=False),
        StepField("plan_within", _("Plan within"), "amount", required=False),
        StepField("due", _("Handle within"), "amount", required=False),
        NOTE,
    ),
    "megaphone",
    Effects("whistled", (Told("reporter", ""),), clock=AS_ASKED),
)
REPLY = Step(
    "reply",
    _("Reply"),
    ("accepted", "reopened"),
    "replied",
    DESK,
    (
        StepField("reply", _("Reply to the resident")),
        StepField("keep_reason", _("Why these words stay"), required=False),
        FILES,
    ),
    "chat-left-text",
    Effects(
        "replied",
        (Told("desk", TO_CHECK), Told("grid", TO_CHECK)),
        clock="check",
        drops=("hold",),
    ),
)
SYSTEM_STEPS = (
    Step(
        "carry_over",
        _("Taken over as closed"),
        ("submitted",),
        "closed",
        ("system",),
        effects=Effects("carried_over"),
    ),
    Step(
        "sign",
        _("Signed for"),
        ("dispatched",),
        "signed",
        ("system",),
        effects=Effects("signed"),
    ),
    Step(
        "work",
        _("Handling began"),
        ("signed",),
        "handling",
        ("system",),
        effects=Effects("begun"),
    ),
    Step(
        "recall",
        pgettext_lazy("step", "Back to the desk"),
        AT_WORK,
        "accepted",
        ("system",),
        effects=Effects(
            "recalled",
            (Told("desk", _("Back at the desk: “%(title)s”, %(no)s")),),
            clock="give",
        ),
    ),
    Step(
        "answered",
        _("Everything answered"),
        ("whistled", "handling", "reworked"),
        "replied",
        ("system",),
        effects=Effects(
            "answered",
            (Told("desk", TO_CHECK), Told("grid", TO_CHECK)),
            clock="check",
            drops=("hold",),
        ),
    ),
)
VERIFY = Step(
    "verify",
    _("Check on site"),
    ("replied",),
    "checking",
    (*GRID, *DESK),
    (StepField("note", _("What was seen")), FILES),
    "search",
    Effects("verified"),
)
REWORK = Step(
    "rework",
    _("Send back for rework"),
    ("replied", "checking"),
    "reworked",
    (*GRID, *DESK),
    (
        StepField("reason", _("What is not done")),
        StepField("tasks", _("Who does it again"), "tasks", required=False),
        FILES,
    ),
    "arrow-repeat",
    Effects("reworked", clock="rework"),
)
CLOSE = Step(
    "close",
    pgettext_lazy("step", "Close"),
    ("checking",),
    "closed",
    (*GRID, *DESK),
    (
        StepField(
            "outcome",
            _("How it ended"),
            "choice",
            required=False,
            choices=OUTCOMES,
        ),
        StepField("summary", _("What was done, for the resident"), required=False),
        StepField("keep_reason", _("Why these words stay"), required=False),
    ),
    "check-circle",
    Effects("closed", (Told("reporter", ""),), tasks="close", clock="stop"),
)
RATE = Step(
    "rate",
    _("Rate"),
    ("closed",),
    "revisited",
    ("reporter",),
    (
        StepField("is_solved", _("Is it solved?"), "bool"),
        StepField(
            "satisfaction", _("Are you satisfied?"), "choice", choices=SATISFACTION
        ),
        StepField("comment", _("Anything else"), required=False),
    ),
    "star",
    Effects("rated"),
)
REOPEN = Step(
    "reopen",
    _("Ask for it to be done again"),
    CLOSED,
    "reopened",
    ("reporter", *DESK),
    (StepField("reason", _("What is not done")), FILES),
    "arrow-counterclockwise",
    Effects(
        "reopened",
        (Told("desk", _("Asked for again: “%(title)s”, %(no)s")),),
        clock="give",
    ),
)
WITHDRAW = Step(
    "withdraw",
    _("Withdraw"),
    ("submitted", "accepted", "verify"),
    "withdrawn",
    ("reporter",),
    (NOTE,),
    "x-circle",
    Effects("withdrawn", tasks="end", clock="stop", drops=("hold",)),
)
ADD = Step(
    "add",
    _("Add details"),
    (
        "submitted",
        "accepted",
        "verify",
        *AT_WORK[:4],
        "replied",
        "checking",
        "reworked",
        "held",
        "reopened",
        "merged",
    ),
    None,
    ("reporter", *GRID, *DESK),
    (StepField("note", _("Details")), FILES),
    "plus-lg",
    Effects("added", tells=(Told("desk", MORE),)),
)

REQUEST = Workflow(
    name="request",
    initial=("submitted",),
    states=STATES,
    steps=(
        ACCEPT,
        REJECT,
        DISPATCH,
        WHISTLE,
        REPLY,
        *SYSTEM_STEPS,
        VERIFY,
        REWORK,
        CLOSE,
        RATE,
        REOPEN,
        WITHDRAW,
        *STEPS_ASIDE,
        ADD,
    ),
)
