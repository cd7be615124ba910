"""Invented content for the gallery: each component in each state, in the words of the design."""

from datetime import timedelta
from types import SimpleNamespace as Sample
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import State


def samples() -> dict[str, Any]:
    """The whole context of the gallery."""
    return {
        "state_groups": _state_groups(),
        "clocks": _clocks(),
        "clock_soon": clock("due_soon", _("48 minutes left"), 0.1),
        "clock_run": clock("running", _("2 days 1 hour left"), 0.75),
        "clock_late": clock("overdue", _("1 day 2 hours late"), 0),
        "turn_me": _turn(is_me=True, verb=_("dispatch"), clock_at=0),
        "turn_other": _turn(is_me=False, verb=_("handles it"), clock_at=1),
        "turn_person": Sample(
            is_me=False,
            unit=_("Grid worker"),
            person="莫秀琼",
            verb="",
            clock=None,
            next_step="",
            icon="person",
        ),
        "entries": _entries(),
        "form": _wrong_form("light"),
        "form_dark": _wrong_form("dark"),
        "strip": _strip(),
        "steps_import": steps(_("Upload"), _("Check"), _("Import"), now=1),
    }


def clock(code: str, text: Any, share: float | None) -> Sample:
    due = timezone.now() + timedelta(hours=5)
    return Sample(
        code=code,
        text=text,
        share=share,
        due_at=due,
        started_at=timezone.now(),
        tip=timezone.localtime(due).strftime("%Y-%m-%d %H:%M"),
    )


def steps(*labels: Any, now: int) -> list[dict[str, Any]]:
    """Steps of a stepper of which number `now` (from 0) is the current one."""
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else "later"}
        for i, label in enumerate(labels)
    ]


def _state_groups() -> list[tuple[Any, list[State]]]:
    return [
        (_("Request states"), _states("request", REQUEST)),
        (_("Whistle states"), _states("task", WHISTLE)),
        (_("Tasks and orders"), _states("task", TASK)),
        (_("Points"), _states("points", POINTS)),
    ]


def _states(context: str, rows: list[tuple[str, Any, str, str]]) -> list[State]:
    return [State(code, label, tone, icon) for code, label, tone, icon in rows]


REQUEST = [
    ("draft", pgettext_lazy("request", "Draft"), "grey", "pencil"),
    ("submitted", pgettext_lazy("request", "To accept"), "amber", "inbox"),
    ("accepted", pgettext_lazy("request", "Accepted"), "blue", "inbox-fill"),
    ("rejected", pgettext_lazy("request", "Not accepted"), "grey", "slash-circle"),
    ("verify", pgettext_lazy("request", "To verify"), "amber", "binoculars"),
    ("registered", pgettext_lazy("request", "To dispatch"), "amber", "signpost-split"),
    ("dispatched", pgettext_lazy("request", "To sign for"), "blue", "send"),
    ("signed", pgettext_lazy("request", "Signed for"), "blue", "person-check"),
    ("handling", pgettext_lazy("request", "In hand"), "blue", "tools"),
    ("whistled", pgettext_lazy("request", "Whistled"), "teal", "megaphone"),
    ("replied", pgettext_lazy("request", "To check"), "violet", "clipboard-check"),
    ("checking", pgettext_lazy("request", "Being checked"), "violet", "search"),
    ("reworked", pgettext_lazy("request", "Rework"), "red", "arrow-repeat"),
    ("returned", pgettext_lazy("request", "Returned"), "red", "reply"),
    ("ruling", pgettext_lazy("request", "To rule"), "violet", "bank"),
    ("held", pgettext_lazy("request", "On hold"), "grey", "pin-angle"),
    ("closed", pgettext_lazy("request", "Closed"), "green", "check-circle"),
    (
        "revisit_pending",
        pgettext_lazy("request", "To revisit"),
        "amber",
        "telephone-outbound",
    ),
    ("revisited", pgettext_lazy("request", "Rated"), "green", "star"),
    (
        "reopened",
        pgettext_lazy("request", "Reopened"),
        "blue",
        "arrow-counterclockwise",
    ),
    ("withdrawn", pgettext_lazy("request", "Withdrawn"), "grey", "x-circle"),
    ("excluded", pgettext_lazy("request", "Excluded"), "outline", "funnel"),
]
WHISTLE = [
    ("called", pgettext_lazy("task", "To report in"), "amber", "bell"),
    ("reported_in", pgettext_lazy("task", "Reported in"), "blue", "person-check"),
    ("planned", pgettext_lazy("task", "Planned"), "blue", "list-check"),
    ("handling", pgettext_lazy("task", "In hand"), "blue", "tools"),
    ("replied", pgettext_lazy("task", "Replied"), "violet", "chat-left-text"),
    ("closed", pgettext_lazy("task", "Done"), "green", "check-circle"),
    ("returned", pgettext_lazy("task", "Returned"), "red", "reply"),
    ("ruled", pgettext_lazy("task", "Ruled"), "violet", "bank"),
    ("released", pgettext_lazy("task", "Released"), "grey", "dash-circle"),
    ("absent", pgettext_lazy("task", "Not reported in"), "red", "bell-slash"),
]
TASK = [
    ("offered", pgettext_lazy("task", "To take"), "amber", "hand-index-thumb"),
    ("accepted", pgettext_lazy("task", "Taken"), "blue", "person-check"),
    ("doing", pgettext_lazy("task", "Under way"), "blue", "play-circle"),
    ("confirming", pgettext_lazy("task", "To confirm"), "violet", "clipboard-check"),
    ("done", pgettext_lazy("task", "Completed"), "green", "check-circle"),
    ("given_back", pgettext_lazy("task", "Given back"), "grey", "reply"),
    ("no_show", pgettext_lazy("task", "Did not come"), "red", "person-x"),
    ("cancelled", pgettext_lazy("task", "Cancelled"), "grey", "x-circle"),
]
POINTS = [
    ("first", pgettext_lazy("points", "First review"), "amber", "inbox"),
    ("second", pgettext_lazy("points", "Second review"), "violet", "clipboard-check"),
    ("notice", pgettext_lazy("points", "On notice"), "teal", "easel"),
    ("objected", pgettext_lazy("points", "Objected"), "red", "chat-left-dots"),
    ("booked", pgettext_lazy("points", "Booked"), "green", "check-circle"),
    (
        "reversed",
        pgettext_lazy("points", "Reversed"),
        "grey",
        "arrow-counterclockwise",
    ),
    ("refused", pgettext_lazy("points", "Not passed"), "grey", "x-circle"),
]


def _clocks() -> list[Sample]:
    return [
        clock("running", _("2 days 1 hour left"), 0.75),
        clock("running", _("3 hours 10 minutes left"), 0.4),
        clock("due_soon", _("48 minutes left"), 0.1),
        clock("overdue", _("1 day 2 hours late"), 0),
        clock("paused", _("On hold, not counted"), None),
        clock("met", _("In time, 5 hours early"), None),
        clock("missed", _("Done late, by 40 minutes"), None),
        clock("not_started", _("Starts after the report-in"), None),
    ]


def _turn(*, is_me: bool, verb: Any, clock_at: int) -> Sample:
    return Sample(
        is_me=is_me,
        unit="区水务局",
        person="梁海川",
        verb=verb,
        clock=_clocks()[2 if clock_at == 0 else 0],
        next_step="" if is_me else _("you check, once all have replied"),
        icon="building",
    )


def _entries() -> list[Sample]:
    now = timezone.now()
    blank: dict[str, Any] = {
        "note": "",
        "used": "",
        "is_awaited": False,
        "attachments": [],
    }
    return [
        Sample(
            **{**blank, "is_awaited": True},
            icon="",
            tone="grey",
            who="",
            verb=_("Waiting for the transport bureau to report in"),
            when=None,
        ),
        Sample(
            **{**blank, "note": "已排班抽水，明早更换球墨铸铁井盖并回填。"},
            icon="tools",
            tone="blue",
            who="水务局",
            verb=_("started work"),
            when=now - timedelta(hours=1),
        ),
        Sample(
            **{**blank, "used": _("took 22 minutes")},
            icon="check-lg",
            tone="green",
            who="水务局",
            verb=_("reported in"),
            when=now - timedelta(days=1),
        ),
        Sample(
            **{**blank, "note": "职能交叉：井盖属排水管网。第 1 次，共可 2 次。"},
            icon="reply-fill",
            tone="red",
            who="城管局",
            verb=_("returned it"),
            when=now - timedelta(days=3),
        ),
    ]


class SampleForm(forms.Form):
    """A form with each kind of field."""

    place = forms.CharField(
        label=_("Where it happened"),
        help_text=_("Door number or landmark; or tap the map"),
    )
    note = forms.CharField(
        label=_("What was done"), widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("a", "市政设施"), ("b", "环境卫生")],
        required=False,
    )
    private = forms.BooleanField(label=_("Do not publish this"), required=False)


def _wrong_form(theme: str) -> SampleForm:
    form = SampleForm(
        {"place": "城北二巷 1 号旁", "note": "", "kind": "a"}, auto_id=f"{theme}_%s"
    )
    form.errors["note"] = form.error_class(
        [str(_("At least 10 characters; residents will read it"))]
    )
    return form


def _strip() -> list[dict[str, Any]]:
    return [
        {
            "label": _("Your turn"),
            "figure": 23,
            "unit": _("cases"),
            "line": "昨日此时 27 件",
            "url": "#",
        },
        {
            "label": _("Overdue"),
            "figure": 2,
            "unit": _("cases"),
            "line": "最久超 1 天 2 小时",
            "url": "#",
            "icon": "exclamation-triangle-fill",
            "tone": "late",
        },
        {
            "label": _("Due today"),
            "figure": 5,
            "unit": _("cases"),
            "line": "最早 10:30",
            "url": "#",
            "icon": "hourglass-split",
            "tone": "amber",
        },
        {
            "label": _("Closed in time this month"),
            "figure": "96.2",
            "unit": "%",
            "line": "环比升 1.4 个百分点，582 / 605",
            "url": "#",
        },
        {
            "label": _("Satisfied this month"),
            "figure": "93.8",
            "unit": "%",
            "line": "环比降 0.6 个百分点，回访 241",
            "url": "#",
        },
    ]
