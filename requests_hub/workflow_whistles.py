"""The machines of a whistle: the call as a whole, and one called department's part in it.

Source of the stages: report-in rules of towns and departments, return and ruling rules of public
hotlines. A return stands in its window, at most twice; then the district rules, and what it
ruled cannot be returned again.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import Effects, State, Step, StepField, Told, Workflow
from requests_hub.workflow_parts import DESK, FILES, NOTE

OFFICER = ("officer",)
MOST_RETURNS = 2
# Before the reply: the department's own steps; and those in which somebody else decides.
AT_WORK = ("reported_in", "claimed", "planned", "handling")
DISPUTED = ("returned", "ruling")
LET_GO = ("released", "recalled")  # over without anything done
BEFORE_REPLY = ("called", *AT_WORK, *DISPUTED)

WHISTLE = Workflow(
    name="whistle",
    initial=("running",),
    states=(
        State("running", pgettext_lazy("whistle", "Running"), "teal", "megaphone"),
        State(
            "complete",
            pgettext_lazy("whistle", "Complete"),
            "green",
            "check-circle",
            False,
        ),
        State(
            "recalled",
            pgettext_lazy("whistle", "Taken back"),
            "grey",
            "x-circle",
            False,
        ),
    ),
    steps=(
        Step(
            "add_department",
            _("Call one more department"),
            ("running",),
            None,
            DESK,
            (
                StepField("department", _("Department"), "department"),
                StepField("reason", _("Why it is needed")),
            ),
            "plus-circle",
            effects=Effects("department_added"),
        ),
        Step(
            "recall",
            _("Take the whistle back"),
            ("running",),
            "recalled",
            DESK,
            (StepField("reason", _("Why it is taken back")),),
            "arrow-return-left",
            effects=Effects("recalled"),
        ),
        Step(
            "complete",
            _("Complete"),
            ("running",),
            "complete",
            ("system",),
            effects=Effects("completed"),
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
        State("claimed", pgettext_lazy("task", "Claimed"), "blue", "person-check"),
        State("planned", pgettext_lazy("task", "Planned"), "blue", "list-check"),
        State("handling", pgettext_lazy("task", "In hand"), "blue", "tools"),
        State(
            "returned",
            pgettext_lazy("task", "Returned to the desk"),
            "amber",
            "reply",
        ),
        State("ruling", pgettext_lazy("task", "District rules"), "violet", "bank"),
        State("replied", pgettext_lazy("task", "Replied"), "violet", "chat-left-text"),
        State("closed", pgettext_lazy("task", "Done"), "green", "check-circle", False),
        State(
            "released", pgettext_lazy("task", "Released"), "grey", "dash-circle", False
        ),
        State(
            "recalled", pgettext_lazy("task", "Taken back"), "grey", "x-circle", False
        ),
    ),
    steps=(
        Step(
            "report_in",
            _("Report in"),
            ("called",),
            "reported_in",
            OFFICER,
            (
                StepField("who", _("Who comes"), required=False),
                StepField("arrives", _("When there"), required=False),
                NOTE,
            ),
            "person-check",
            effects=Effects("reported_in"),
        ),
        Step(
            "claim",
            _("Claim"),
            ("reported_in",),
            "claimed",
            OFFICER,
            (
                StepField("plan", _("How it is done"), required=False),
                StepField("planned_for", _("Planned day"), "datetime", required=False),
                StepField("plan_steps", _("Steps"), "lines", required=False),
            ),
            "person-check",
            effects=Effects("claimed"),
        ),
        Step(
            "plan",
            _("Plan"),
            ("claimed",),
            "planned",
            OFFICER,
            (
                StepField("plan", _("How it is done")),
                StepField("planned_for", _("Planned day"), "datetime"),
                StepField("plan_steps", _("Steps"), "lines", required=False),
            ),
            "list-check",
            effects=Effects("planned"),
        ),
        Step(
            "plan",
            _("Change the plan"),
            ("planned", "handling"),
            None,
            OFFICER,
            (
                StepField("plan", _("How it is done")),
                StepField("planned_for", _("Planned day"), "datetime"),
                StepField("plan_steps", _("Steps"), "lines", required=False),
            ),
            "list-check",
            effects=Effects("planned"),
        ),
        Step(
            "handle",
            _("Handle"),
            ("planned",),
            "handling",
            OFFICER,
            (
                StepField("note", _("What is being done")),
                StepField("done_steps", _("Steps that are done"), "ticks", False),
                FILES,
            ),
            "tools",
            effects=Effects("handled"),
        ),
        Step(
            "handle",
            _("Add progress"),
            ("handling",),
            None,
            OFFICER,
            (
                StepField("note", _("What is being done")),
                StepField("done_steps", _("Steps that are done"), "ticks", False),
                FILES,
            ),
            "tools",
            effects=Effects("handled"),
        ),
        Step(
            "reply",
            _("Reply"),
            ("planned", "handling"),
            "replied",
            OFFICER,
            (StepField("reply", _("What was done, with the result")), FILES),
            "chat-left-text",
            effects=Effects("replied"),
        ),
        Step(
            "send_back",
            _("Return it to the desk"),
            ("called", "reported_in"),
            "returned",
            OFFICER,
            (
                StepField(
                    "kind", _("Why it is not yours"), "entry", source="return_kind"
                ),
                StepField("reason", _("The reason, with the rule it rests on")),
                FILES,
            ),
            "reply",
            effects=Effects(
                "returned",
                (Told("desk", _("Returned by %(unit)s: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "send_again",
            _("Send it again"),
            ("returned",),
            "called",
            DESK,
            (StepField("reason", _("Why it is theirs")),),
            "send",
            effects=Effects(
                "sent_again", (Told("unit", _("Called again: “%(title)s”, %(no)s")),)
            ),
        ),
        Step(
            "ask_ruling",
            _("Ask the district to rule"),
            ("returned",),
            "ruling",
            (*DESK, "system"),
            (NOTE,),
            "bank",
            effects=Effects(
                "ruling_asked", (Told("district", _("To rule: “%(title)s”, %(no)s")),)
            ),
        ),
        Step(
            "rule",
            _("Rule: it is theirs"),
            ("ruling",),
            "called",
            ("district",),
            (StepField("reason", _("Grounds of the ruling")),),
            "bank",
            effects=Effects(
                "ruled",
                (Told("unit", _("Ruled to be yours, it binds: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "ask_extension",
            _("Ask for more time"),
            AT_WORK,
            None,
            OFFICER,
            (
                StepField("amount", _("How much more"), "amount"),
                StepField("reason", _("Why it takes longer")),
            ),
            "calendar-plus",
            effects=Effects(
                "extension_asked",
                (Told("desk", _("%(unit)s asks for more time: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "grant_extension",
            _("Grant the extension"),
            AT_WORK,
            None,
            DESK,
            (NOTE,),
            "calendar-check-fill",
            effects=Effects(
                "extended", (Told("unit", _("More time granted: “%(title)s”, %(no)s")),)
            ),
        ),
        Step(
            "refuse_extension",
            _("Refuse the extension"),
            AT_WORK,
            None,
            DESK,
            (StepField("reason", _("Why not")),),
            "calendar-x",
            effects=Effects(
                "extension_refused",
                (Told("unit", _("More time refused: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "pause",
            _("Put on hold"),
            AT_WORK,
            None,
            DESK,
            (
                StepField("kind", _("What it waits for"), "entry", source="pause_kind"),
                StepField("reason", _("The reason in words")),
                StepField("until", _("Until when at the latest"), "datetime"),
            ),
            "pause-circle",
            effects=Effects(
                "paused", (Told("unit", _("On hold: “%(title)s”, %(no)s")),)
            ),
        ),
        Step(
            "run_again",
            _("Let the time run again"),
            AT_WORK,
            None,
            (*DESK, *OFFICER, "system"),
            (NOTE,),
            "play-circle",
            effects=Effects(
                "resumed",
                (
                    Told("unit", _("The time runs again: “%(title)s”, %(no)s")),
                    Told(
                        "desk",
                        _("The time of %(unit)s runs again: “%(title)s”, %(no)s"),
                    ),
                ),
            ),
        ),
        Step(
            "had_reported_in",
            _("Had reported in before"),
            ("called",),
            "reported_in",
            ("system",),
            effects=Effects("stood_by"),
        ),
        Step(
            "rework",
            _("Rework"),
            ("replied",),
            "handling",
            ("system",),
            effects=Effects(
                "reworked",
                (Told("unit", _("Sent back for rework: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "close",
            _("Closed"),
            ("replied",),
            "closed",
            ("system",),
            effects=Effects("closed"),
        ),
        Step(
            "release",
            _("Release"),
            BEFORE_REPLY,
            "released",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "dash-circle",
            effects=Effects(
                "released",
                (Told("unit", _("You are released from “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "recall",
            _("Take back, sent in error"),
            BEFORE_REPLY,
            "recalled",
            DESK,
            (StepField("reason", _("What was wrong")),),
            "x-circle",
            effects=Effects(
                "recalled",
                (Told("unit", _("Taken back, sent in error: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "score",
            _("Score the department"),
            ("closed",),
            None,
            DESK,
            (
                StepField("marks", _("Marks"), "marks", source="score_department"),
                StepField("comment", _("Anything else"), required=False),
            ),
            "star",
            effects=Effects(
                "scored",
                (Told("unit", _("The desk has scored you: “%(title)s”, %(no)s")),),
            ),
        ),
        Step(
            "score_call",
            _("Score the call"),
            ("closed",),
            None,
            OFFICER,
            (
                StepField("marks", _("Marks"), "marks", source="score_call"),
                StepField("comment", _("Anything else"), required=False),
            ),
            "star",
            effects=Effects(
                "call_scored",
                (Told("desk", _("%(unit)s has scored the call: “%(title)s”, %(no)s")),),
            ),
        ),
    ),
)
