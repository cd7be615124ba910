"""The state machines of this app as tables; triggers hold the database to them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import State, Step, StepField, Workflow

KEEPERS = ("district", "township", "grid_leader")
DOERS = (*KEEPERS, "officer", "owner")
DESKS = ("township", "district")

DECISION = Workflow(
    name="decision",
    states=(
        State("open", _("not begun"), "amber", "hourglass-split"),
        State("doing", _("being done"), "blue", "tools"),
        State("done", _("done, to be checked"), "violet", "clipboard-check"),
        State(
            "checked",
            pgettext_lazy("decision", "checked"),
            "green",
            "check-circle",
            is_open=False,
        ),
        State(
            "dropped",
            pgettext_lazy("decision", "dropped"),
            "grey",
            "slash-circle",
            is_open=False,
        ),
    ),
    initial=("open",),
    steps=(
        Step(
            "begin",
            pgettext_lazy("decision", "Begin"),
            ("open",),
            "doing",
            DOERS,
            (StepField("note", _("How it will be done"), required=False),),
            "play-circle",
        ),
        Step(
            "note",
            _("Add progress"),
            ("open", "doing", "done"),
            None,
            DOERS,
            (StepField("note", _("Progress")),),
            "chat-left-text",
        ),
        Step(
            "finish",
            _("Report done"),
            ("open", "doing"),
            "done",
            DOERS,
            (StepField("note", _("What came of it")),),
            "check2-square",
        ),
        Step(
            "check",
            _("Check off"),
            ("done",),
            "checked",
            KEEPERS,
            (StepField("note", _("How it was checked"), required=False),),
            "check-circle",
        ),
        Step(
            "send_back",
            _("Send back"),
            ("done",),
            "doing",
            KEEPERS,
            (StepField("note", _("What is missing")),),
            "reply",
        ),
        Step(
            "drop",
            _("Drop"),
            ("open", "doing"),
            "dropped",
            KEEPERS,
            (StepField("note", _("Why it is dropped")),),
            "slash-circle",
        ),
        Step(
            "resume",
            _("Take up again"),
            ("dropped",),
            "open",
            KEEPERS,
            (StepField("note", _("Why it is taken up again")),),
            "arrow-counterclockwise",
        ),
        # The way back of each step above, for who took it a moment ago.
        Step("undo", _("Undo"), ("doing", "done", "dropped"), "open", ("system",)),
        Step("undo", _("Undo"), ("done", "dropped"), "doing", ("system",)),
        Step("undo", _("Undo"), ("checked", "doing"), "done", ("system",)),
        Step("undo", _("Undo"), ("open",), "dropped", ("system",)),
    ),
)

LINE_GRID = Workflow(
    name="line_grid",
    states=(
        State("open", _("to be mapped"), "blue", "check-circle"),
        State("own", _("only of this line"), "grey", "pin-map", is_open=False),
    ),
    initial=("open",),
    steps=(
        Step("map", _("Confirm mapping"), ("open",), None, DESKS),
        Step(
            "keep_own",
            _("Only of this line"),
            ("open", "own"),
            "own",
            DESKS,
            (StepField("reason", _("Why no integrated grid is meant")),),
            "pin-map",
        ),
        Step(
            "take_back", pgettext_lazy("mapping", "Take back"), ("own",), "open", DESKS
        ),
    ),
)
