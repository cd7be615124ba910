"""The machines of a whistle: the call as a whole, and one called department's part in it.

Source of the stages: report-in rules of towns and departments, return and ruling rules of public
hotlines. A return stands in its window, at most twice; then the district rules, and what it
ruled cannot be returned again.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import State, Step, StepField, Workflow
from requests_hub.workflow_parts import DESK, FILES, NOTE

OFFICER = ("officer",)
MOST_RETURNS = 2
# Before the reply: the department's own steps; and those in which somebody else decides.
AT_WORK = ("reported_in", "claimed", "planned", "handling")
DISPUTED = ("returned", "ruling")
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
        ),
        Step(
            "recall",
            _("Take the whistle back"),
            ("running",),
            "recalled",
            DESK,
            (StepField("reason", _("Why it is taken back")),),
            "arrow-return-left",
        ),
        Step("complete", _("Complete"), ("running",), "complete", ("system",)),
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
        ),
        Step(
            "reply",
            _("Reply"),
            ("planned", "handling"),
            "replied",
            OFFICER,
            (StepField("reply", _("What was done, with the result")), FILES),
            "chat-left-text",
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
        ),
        Step(
            "send_again",
            _("Send it again"),
            ("returned",),
            "called",
            DESK,
            (StepField("reason", _("Why it is theirs")),),
            "send",
        ),
        Step(
            "ask_ruling",
            _("Ask the district to rule"),
            ("returned",),
            "ruling",
            (*DESK, "system"),
            (NOTE,),
            "bank",
        ),
        Step(
            "rule",
            _("Rule: it is theirs"),
            ("ruling",),
            "called",
            ("district",),
            (StepField("reason", _("Grounds of the ruling")),),
            "bank",
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
        ),
        Step(
            "grant_extension",
            _("Grant the extension"),
            AT_WORK,
            None,
            DESK,
            (NOTE,),
            "calendar-check-fill",
        ),
        Step(
            "refuse_extension",
            _("Refuse the extension"),
            AT_WORK,
            None,
            DESK,
            (StepField("reason", _("Why not")),),
            "calendar-x",
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
        ),
        Step(
            "run_again",
            _("Let the time run again"),
            AT_WORK,
            None,
            (*DESK, *OFFICER, "system"),
            (NOTE,),
            "play-circle",
        ),
        Step(
            "had_reported_in",
            _("Had reported in before"),
            ("called",),
            "reported_in",
            ("system",),
        ),
        Step("rework", _("Rework"), ("replied",), "handling", ("system",)),
        Step("close", _("Closed"), ("replied",), "closed", ("system",)),
        Step(
            "release",
            _("Release"),
            BEFORE_REPLY,
            "released",
            DESK,
            (StepField("reason", _("Why it is no longer needed")),),
            "dash-circle",
        ),
        Step(
            "recall",
            _("Take back, sent in error"),
            BEFORE_REPLY,
            "recalled",
            DESK,
            (StepField("reason", _("What was wrong")),),
            "x-circle",
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
        ),
    ),
)
