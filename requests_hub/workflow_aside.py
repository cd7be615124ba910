"""Steps of a request aside of its main way, and the task of looking before it is registered.

Hold 挂账 and exclusion 剔除 are asked for by one person and approved by another; exclusion is a
flag and never moves the state. Source: research on city management rules (statement, approval,
problem library, base without held and excluded cases).
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
from requests_hub.workflow_parts import (
    APPROVERS,
    DESK,
    FILES,
    FINDINGS,
    GRID,
    NOTE,
    SATISFACTION,
)

REASON = StepField("reason", _("Reason"))
UNDECIDED = ("accepted", "reopened")
HOLDABLE = (
    "accepted",
    "dispatched",
    "signed",
    "handling",
    "whistled",
    "reworked",
    "reopened",
)
MERGEABLE = ("submitted", "verify", *HOLDABLE)
COUNTED = (
    "submitted",
    "rejected",
    "verify",
    *HOLDABLE,
    "replied",
    "checking",
    "held",
    "closed",
    "revisited",
    "withdrawn",
    "merged",
)

LOOK = (
    Step(
        "look",
        _("Have it looked at first"),
        ("submitted", *UNDECIDED),
        "verify",
        DESK,
        (
            StepField("holder", _("Who looks"), "user", required=False),
            StepField("due", _("Time to look"), "amount", required=False),
            StepField("note", _("What is to be found out"), required=False),
        ),
        "binoculars",
        Effects("look_asked", clock=AS_ASKED),
    ),
    Step(
        "looked",
        _("Looked at"),
        ("verify",),
        "accepted",
        ("system",),
        effects=Effects(
            "looked",
            (Told("desk", _("Looked at on site: “%(title)s”, %(no)s")),),
            clock="give",
        ),
    ),
)

HOLD = (
    Step(
        "hold_ask",
        _("Ask to put it on hold"),
        HOLDABLE,
        None,
        (*DESK, "called"),
        (
            StepField("why", _("Kind of reason"), "entry", source="hold_reason"),
            StepField(
                "statement",
                _("Statement"),
                help=_("What stands in the way, what was tried, what it takes."),
            ),
            StepField("review_on", _("Look at it again on"), "date"),
            FILES,
        ),
        "pin-angle",
        Effects(
            "hold_asked",
            tells=(Told("approvers", _("Hold to decide: “%(title)s”, %(no)s")),),
        ),
    ),
    Step(
        "hold",
        _("Approve the hold"),
        HOLDABLE,
        "held",
        APPROVERS,
        (NOTE,),
        "pin-angle",
        Effects(
            "held",
            (
                Told("desk", _("Put on hold: “%(title)s”, %(no)s")),
                Told("reporter", ""),
            ),
            tasks="end",
            clock="stop",
        ),
    ),
    Step(
        "hold_refuse",
        _("Refuse the hold"),
        HOLDABLE,
        None,
        APPROVERS,
        (REASON,),
        "slash-circle",
        Effects(
            "hold_refused",
            tells=(Told("desk", _("Hold refused: “%(title)s”, %(no)s")),),
        ),
    ),
    Step(
        "resume",
        _("Take it up again"),
        ("held",),
        "accepted",
        DESK,
        (REASON,),
        "play-circle",
        Effects("resumed", clock="give"),
    ),
    Step(
        "review",
        _("The review day has come"),
        ("held",),
        "accepted",
        ("system",),
        effects=Effects(
            "review_due",
            (Told("desk", _("On hold until today: “%(title)s”, %(no)s")),),
            clock="give",
        ),
    ),
)

MERGE = (
    Step(
        "merge",
        _("Merge as a duplicate"),
        MERGEABLE,
        "merged",
        DESK,
        (
            StepField(
                "target",
                _("Number of the request that goes on"),
                "request",
            ),
            NOTE,
        ),
        "intersect",
        Effects(
            "merged",
            (Told("reporter", ""),),
            tasks="end",
            clock="stop",
            drops=("hold",),
        ),
    ),
    Step(
        "split",
        _("Split off again"),
        ("merged",),
        "accepted",
        DESK,
        (REASON,),
        "scissors",
        Effects("split_off", clock="give"),
    ),
)

EXCLUDE = (
    Step(
        "exclude_ask",
        _("Ask to leave it out of the rates"),
        COUNTED,
        None,
        DESK,
        (
            StepField("why", _("Kind of reason"), "entry", source="exclude_reason"),
            StepField("statement", _("Statement")),
            FILES,
        ),
        "funnel",
        Effects(
            "exclude_asked",
            tells=(Told("approvers", _("Exclusion to decide: “%(title)s”, %(no)s")),),
        ),
    ),
    Step(
        "exclude",
        _("Approve the exclusion"),
        COUNTED,
        None,
        APPROVERS,
        (NOTE,),
        "funnel",
        Effects(
            "excluded",
            (Told("desk", _("Left out of the rates: “%(title)s”, %(no)s")),),
        ),
    ),
    Step(
        "exclude_refuse",
        _("Refuse the exclusion"),
        COUNTED,
        None,
        APPROVERS,
        (REASON,),
        "slash-circle",
        Effects(
            "exclude_refused",
            tells=(Told("desk", _("Exclusion refused: “%(title)s”, %(no)s")),),
        ),
    ),
    Step(
        "include",
        _("Count it again"),
        COUNTED,
        None,
        APPROVERS,
        (REASON,),
        "plus-circle",
        Effects("included"),
    ),
)

PRIVACY = (
    Step(
        "hide",
        _("Make it private"),
        COUNTED,
        None,
        DESK,
        (REASON,),
        "eye-slash",
        Effects("hidden"),
    ),
    Step(
        "unhide",
        _("Make it public again"),
        COUNTED,
        None,
        DESK,
        (REASON,),
        "unlock",
        Effects("shown"),
    ),
)

REVISIT = (
    Step(
        "revisit",
        _("Keep the revisit"),
        ("closed",),
        "revisited",
        DESK,
        (
            StepField("is_solved", _("Is it solved?"), "bool"),
            StepField(
                "satisfaction",
                _("Are you satisfied?"),
                "choice",
                required=False,
                choices=(
                    *SATISFACTION,
                    ("no_answer", pgettext_lazy("revisit", "No answer")),
                ),
            ),
            StepField("words", _("What was said"), required=False),
            StepField("of", _("Of single departments"), "answers", required=False),
        ),
        "telephone-outbound",
        Effects("revisited"),
    ),
    Step(
        "missed",
        _("Not reached"),
        ("closed",),
        None,
        DESK,
        (StepField("words", _("Note"), required=False),),
        "x-circle",
        Effects("revisit_missed"),
    ),
    Step(
        "unreached",
        _("Could not be reached"),
        ("closed",),
        "revisited",
        ("system",),
        effects=Effects("unreached"),
    ),
)

STEPS_ASIDE = (*LOOK, *HOLD, *MERGE, *EXCLUDE, *PRIVACY, *REVISIT)

LOOK_TASK = Workflow(
    name="look_task",
    initial=("offered",),
    states=(
        State("offered", pgettext_lazy("task", "To take"), "amber", "hand-index-thumb"),
        State(
            "done", pgettext_lazy("task", "Finished"), "green", "check-circle", False
        ),
        State(
            "cancelled", pgettext_lazy("task", "Cancelled"), "grey", "x-circle", False
        ),
    ),
    steps=(
        Step(
            "finding",
            _("Tell what was found"),
            ("offered",),
            "done",
            ("holder", *GRID),
            (
                StepField("finding", _("What was found"), "choice", choices=FINDINGS),
                StepField("note", _("What was seen"), required=False),
                FILES,
            ),
            "binoculars",
            Effects("found"),
        ),
        Step(
            "cancel",
            _("Take back"),
            ("offered",),
            "cancelled",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "x-circle",
            Effects(
                "cancelled",
                (Told("unit", _("No longer yours to do: “%(title)s”, %(no)s")),),
            ),
        ),
    ),
)
