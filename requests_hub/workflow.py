"""The machines of this app: the request, a called department's task, a grid task, a look.

The request's own table is in `workflow_request` and `workflow_aside`; what machines share in
`workflow_parts`.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import Effects, State, Step, StepField, Told, Workflow
from requests_hub.workflow_aside import LOOK_TASK
from requests_hub.workflow_parts import (
    APPROVERS,
    CLOSED,
    DESK,
    FILES,
    FINDINGS,
    GRID,
    NOTE,
    OUTCOMES,
    SATISFACTION,
)
from requests_hub.workflow_request import REQUEST
from requests_hub.workflow_whistles import WHISTLE, WHISTLE_TASK

__all__ = [
    "APPROVERS",
    "CLOSED",
    "DESK",
    "FINDINGS",
    "GRID",
    "GRID_TASK",
    "LOOK_TASK",
    "MACHINES",
    "OUTCOMES",
    "REQUEST",
    "REQUEST_STATES",
    "SATISFACTION",
    "TASK_MACHINES",
    "TASK_STATES",
    "WHISTLE",
    "WHISTLE_TASK",
]

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
            effects=Effects("claimed"),
        ),
        Step(
            "handle",
            _("Begin"),
            ("accepted",),
            "doing",
            ("holder",),
            (StepField("note", _("What is being done")), FILES),
            "play-circle",
            effects=Effects("handled"),
        ),
        Step(
            "handle",
            _("Add progress"),
            ("doing",),
            None,
            ("holder",),
            (StepField("note", _("What is being done")), FILES),
            "tools",
            effects=Effects("handled"),
        ),
        Step(
            "reply",
            _("Done"),
            ("accepted", "doing"),
            "confirming",
            ("holder",),
            (StepField("reply", _("What was done, with the result")), FILES),
            "chat-left-text",
            effects=Effects("replied"),
        ),
        Step(
            "rework",
            _("Rework"),
            ("confirming",),
            "doing",
            ("system",),
            effects=Effects(
                "reworked",
                (Told("unit", _("Sent back for rework: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "close",
            _("Closed"),
            ("confirming",),
            "done",
            ("system",),
            effects=Effects("closed"),
        ),
        Step(
            "cancel",
            _("Take back"),
            ("offered", "accepted", "doing"),
            "cancelled",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "x-circle",
            effects=Effects(
                "cancelled",
                (Told("unit", _("No longer yours to do: “%(title)s”, %(no)s")),),
            ),
        ),
    ),
)

TASK_MACHINES = {"whistle": WHISTLE_TASK, "grid": GRID_TASK, "look": LOOK_TASK}
MACHINES = (REQUEST, WHISTLE, WHISTLE_TASK, GRID_TASK, LOOK_TASK)
REQUEST_STATES = [s.code for s in REQUEST.states]
TASK_STATES = sorted({s.code for m in TASK_MACHINES.values() for s in m.states})
