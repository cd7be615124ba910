"""The machines of this app: the request, a called department's task, a grid task.

Source of the stages: research on digital city management loops (accept, register, dispatch,
dispose, reply, check, close); the words are those of the product's design.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import State, Step, StepField, Workflow

DESK = ("township", "district")
GRID = ("grid_worker", "grid_leader", "liaison")
SATISFACTION = (
    ("satisfied", _("Satisfied")),
    ("basically", _("Basically satisfied")),
    ("dissatisfied", _("Dissatisfied")),
)

NOTE = StepField("note", _("Note"), required=False)
FILES = StepField("files", _("Photos"), "files", required=False)

REQUEST = Workflow(
    name="request",
    initial=("submitted",),
    states=(
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
        State("dispatched", pgettext_lazy("request", "To sign for"), "blue", "send"),
        State("signed", pgettext_lazy("request", "Signed for"), "blue", "person-check"),
        State("handling", pgettext_lazy("request", "In hand"), "blue", "tools"),
        State("whistled", pgettext_lazy("request", "Whistled"), "teal", "megaphone"),
        State(
            "replied", pgettext_lazy("request", "To check"), "violet", "clipboard-check"
        ),
        State(
            "checking", pgettext_lazy("request", "Being checked"), "violet", "search"
        ),
        State("reworked", pgettext_lazy("request", "Rework"), "red", "arrow-repeat"),
        State(
            "closed", pgettext_lazy("request", "Closed"), "green", "check-circle", False
        ),
        State("revisited", pgettext_lazy("request", "Rated"), "green", "star", False),
        State(
            "reopened",
            pgettext_lazy("request", "Reopened"),
            "blue",
            "arrow-counterclockwise",
        ),
        State(
            "withdrawn",
            pgettext_lazy("request", "Withdrawn"),
            "grey",
            "x-circle",
            False,
        ),
    ),
    steps=(
        Step(
            "accept",
            _("Accept"),
            ("submitted",),
            "accepted",
            DESK,
            (NOTE,),
            "inbox-fill",
        ),
        Step(
            "reject",
            _("Do not accept"),
            ("submitted", "accepted"),
            "rejected",
            DESK,
            (StepField("reason", _("Reason for the resident")),),
            "slash-circle",
        ),
        Step(
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
        ),
        Step(
            "whistle",
            _("Whistle"),
            ("accepted", "reopened"),
            "whistled",
            DESK,
            (
                StepField("lead", _("Lead department"), "department"),
                StepField(
                    "assist", _("Assisting departments"), "departments", required=False
                ),
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
                ),
                StepField(
                    "report_in_within", _("Report in within"), "amount", required=False
                ),
                StepField("due", _("Handle within"), "amount", required=False),
                NOTE,
            ),
            "megaphone",
        ),
        Step(
            "reply",
            _("Reply"),
            ("accepted", "reopened"),
            "replied",
            DESK,
            (StepField("reply", _("Reply to the resident")), FILES),
            "chat-left-text",
        ),
        Step("sign", _("Signed for"), ("dispatched",), "signed", ("system",)),
        Step("work", _("Handling began"), ("signed",), "handling", ("system",)),
        Step(
            "recall",
            pgettext_lazy("step", "Back to the desk"),
            ("dispatched", "signed", "handling", "whistled", "reworked"),
            "accepted",
            ("system",),
        ),
        Step(
            "answered",
            _("Everything answered"),
            ("whistled", "handling", "reworked"),
            "replied",
            ("system",),
        ),
        Step(
            "verify",
            _("Check on site"),
            ("replied",),
            "checking",
            (*GRID, *DESK),
            (StepField("note", _("What was seen")), FILES),
            "search",
        ),
        Step(
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
        ),
        Step(
            "close",
            pgettext_lazy("step", "Close"),
            ("checking",),
            "closed",
            (*GRID, *DESK),
            (
                StepField(
                    "summary", _("What was done, for the resident"), required=False
                ),
            ),
            "check-circle",
        ),
        Step(
            "rate",
            _("Rate"),
            ("closed",),
            "revisited",
            ("reporter",),
            (
                StepField("is_solved", _("Is it solved?"), "bool"),
                StepField(
                    "satisfaction",
                    _("Are you satisfied?"),
                    "choice",
                    choices=SATISFACTION,
                ),
                StepField("comment", _("Anything else"), required=False),
            ),
            "star",
        ),
        Step(
            "reopen",
            _("Ask for it to be done again"),
            ("closed", "revisited"),
            "reopened",
            ("reporter", *DESK),
            (StepField("reason", _("What is not done")), FILES),
            "arrow-counterclockwise",
        ),
        Step(
            "withdraw",
            _("Withdraw"),
            ("submitted", "accepted"),
            "withdrawn",
            ("reporter",),
            (NOTE,),
            "x-circle",
        ),
        Step(
            "add",
            _("Add details"),
            (
                "submitted",
                "accepted",
                "dispatched",
                "signed",
                "handling",
                "whistled",
                "replied",
                "checking",
                "reworked",
                "reopened",
            ),
            None,
            ("reporter", *GRID, *DESK),
            (StepField("note", _("Details")), FILES),
            "plus-lg",
        ),
    ),
)

WHISTLE_TASK = Workflow(
    name="whistle_task",
    initial=("called",),
    states=(
        State("called", pgettext_lazy("task", "To report in"), "amber", "bell"),
        State(
            "reported_in", pgettext_lazy("task", "Reported in"), "blue", "person-check"
        ),
        State("planned", pgettext_lazy("task", "Planned"), "blue", "list-check"),
        State("handling", pgettext_lazy("task", "In hand"), "blue", "tools"),
        State("replied", pgettext_lazy("task", "Replied"), "violet", "chat-left-text"),
        State("closed", pgettext_lazy("task", "Done"), "green", "check-circle", False),
        State(
            "released", pgettext_lazy("task", "Released"), "grey", "dash-circle", False
        ),
    ),
    steps=(
        Step(
            "report_in",
            _("Report in"),
            ("called",),
            "reported_in",
            ("officer",),
            (
                StepField("who", _("Who comes"), required=False),
                StepField("arrives", _("When there"), required=False),
                NOTE,
            ),
            "person-check",
        ),
        Step(
            "claim",
            _("Claim"),
            ("reported_in",),
            "planned",
            ("officer",),
            (
                StepField("plan", _("How, and by when"), required=False),
                StepField("planned_for", _("Planned day"), "datetime", required=False),
            ),
            "list-check",
        ),
        Step(
            "handle",
            _("Handle"),
            ("planned",),
            "handling",
            ("officer",),
            (StepField("note", _("What is being done")), FILES),
            "tools",
        ),
        Step(
            "handle",
            _("Add progress"),
            ("handling",),
            None,
            ("officer",),
            (StepField("note", _("What is being done")), FILES),
            "tools",
        ),
        Step(
            "reply",
            _("Reply"),
            ("planned", "handling"),
            "replied",
            ("officer",),
            (StepField("reply", _("What was done, with the result")), FILES),
            "chat-left-text",
        ),
        Step("rework", _("Rework"), ("replied",), "handling", ("system",)),
        Step("close", _("Closed"), ("replied",), "closed", ("system",)),
        Step(
            "release",
            _("Release"),
            ("called", "reported_in", "planned", "handling"),
            "released",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "dash-circle",
        ),
    ),
)

GRID_TASK = Workflow(
    name="grid_task",
    initial=("offered",),
    states=(
        State("offered", pgettext_lazy("task", "To take"), "amber", "hand-index-thumb"),
        State("accepted", pgettext_lazy("task", "Taken"), "blue", "person-check"),
        State("doing", pgettext_lazy("task", "Under way"), "blue", "play-circle"),
        State(
            "confirming",
            pgettext_lazy("task", "To confirm"),
            "violet",
            "clipboard-check",
        ),
        State(
            "done", pgettext_lazy("task", "Finished"), "green", "check-circle", False
        ),
        State(
            "cancelled", pgettext_lazy("task", "Cancelled"), "grey", "x-circle", False
        ),
    ),
    steps=(
        Step(
            "claim",
            _("Take"),
            ("offered",),
            "accepted",
            ("holder", *GRID),
            (NOTE,),
            "person-check",
        ),
        Step(
            "handle",
            _("Begin"),
            ("accepted",),
            "doing",
            ("holder",),
            (StepField("note", _("What is being done")), FILES),
            "play-circle",
        ),
        Step(
            "handle",
            _("Add progress"),
            ("doing",),
            None,
            ("holder",),
            (StepField("note", _("What is being done")), FILES),
            "tools",
        ),
        Step(
            "reply",
            _("Done"),
            ("accepted", "doing"),
            "confirming",
            ("holder",),
            (StepField("reply", _("What was done, with the result")), FILES),
            "chat-left-text",
        ),
        Step("rework", _("Rework"), ("confirming",), "doing", ("system",)),
        Step("close", _("Closed"), ("confirming",), "done", ("system",)),
        Step(
            "cancel",
            _("Take back"),
            ("offered", "accepted", "doing"),
            "cancelled",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "x-circle",
        ),
    ),
)

TASK_MACHINES = {"whistle": WHISTLE_TASK, "grid": GRID_TASK}
MACHINES = (REQUEST, WHISTLE_TASK, GRID_TASK)
REQUEST_STATES = [s.code for s in REQUEST.states]
TASK_STATES = sorted({s.code for m in TASK_MACHINES.values() for s in m.states})
