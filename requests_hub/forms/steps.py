"""A form for any step, made from the workflow's `StepField`s: the table is the only source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from governance.core import dictionaries
from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from governance.core.models import User
from governance.core.workflow import Step, StepField
from governance.core.worktime import Amount
from grids import locate
from grids.models import Department, Post
from requests_hub import history
from requests_hub.deadlines import Limit
from requests_hub.forms.base import PhotosMixin, photos_field
from requests_hub.forms.fields import (
    HANDLING_PRESETS,
    REPORT_IN_PRESETS,
    AmountField,
    DepartmentsField,
)
from requests_hub.models import Request, Task
from requests_hub.workflow import GRID, OUTCOMES

SHORT = {"who", "arrives"}
SOON = ("2h", "4h", "8h")
LONG_ROWS = {"reply": 5, "plan": 4, "statement": 5, "keep_reason": 2}
MARK = "marks_"
Maker = Callable[[StepField, "Ground"], forms.Field]


@dataclass(frozen=True)
class Ground:
    """What the inputs of a step are filled from: the request, the task if any, and who acts."""

    request: Request
    user: User
    task: Task | None = None
    replied: list[Task] = field(default_factory=list)


def people_for(request: Request) -> list[User]:
    """The grid's own people around a request: nearest grid first, then by name."""
    places = [pk for name, pk in request.place_ids.items() if name != "district_id"]
    posts = (
        Post.objects.current()
        .filter(role__in=GRID, grid_id__in=[pk for pk in places if pk])
        .select_related("user", "grid")
        .order_by("-grid__depth", "user__name")
    )
    people: dict[int, User] = {}
    for post in posts:
        person = people.setdefault(post.user_id, post.user)
        person.__dict__.setdefault("_post", post)
    return list(people.values())


def _person_label(user: User) -> str:
    post: Post | None = user.__dict__.get("_post")
    if post is None or post.grid is None:
        return str(user)
    return (
        f"{user}{pgettext('between', ', ')}{post.grid.name} {post.get_role_display()}"
    )


def _text(spec: StepField, _ground: Ground) -> forms.Field:
    if spec.name in SHORT:
        return forms.CharField(max_length=60)
    rows = LONG_ROWS.get(spec.name, 3)
    return forms.CharField(max_length=4000, widget=forms.Textarea({"rows": rows}))


def _choice(spec: StepField, _ground: Ground) -> forms.Field:
    return forms.ChoiceField(choices=spec.choices, widget=forms.RadioSelect)


def _bool(_spec: StepField, _ground: Ground) -> forms.Field:
    return forms.TypedChoiceField(
        choices=(("1", _("Yes")), ("0", _("No"))),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        empty_value=None,
    )


def _user(_spec: StepField, ground: Ground) -> forms.Field:
    people = people_for(ground.request)
    choices: list[tuple[str, Any]] = [("", _("Choose a person"))]
    choices += [(str(person.pk), _person_label(person)) for person in people]
    return forms.TypedChoiceField(choices=choices, coerce=int)


def _datetime(_spec: StepField, _ground: Ground) -> forms.Field:
    return forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def _date(_spec: StepField, _ground: Ground) -> forms.Field:
    return DayField()


def _entry(spec: StepField, _ground: Ground) -> forms.Field:
    return forms.ChoiceField(
        choices=dictionaries.choices(spec.source), widget=forms.RadioSelect
    )


def _one_department(spec: StepField, ground: Ground) -> forms.Field:
    rows = Department.objects.active().filter(district_id=ground.request.district_id)
    called = {t.department_id for t in history.tasks_of(ground.request) if t.whistle_id}
    choices: list[tuple[str, Any]] = [("", _("Choose a department"))]
    choices += [(str(row.pk), row.name) for row in rows if row.pk not in called]
    return forms.TypedChoiceField(choices=choices, coerce=int)


def _lines(_spec: StepField, ground: Ground) -> forms.Field:
    before = ground.task.plan_steps if ground.task else []
    return forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One step a line"),
        initial="\n".join(step["text"] for step in before),
    )


def _ticks(_spec: StepField, ground: Ground) -> forms.Field:
    before = ground.task.plan_steps if ground.task else []
    choices = [(n, s["text"]) for n, s in enumerate(before) if not s["done_at"]]
    return forms.TypedMultipleChoiceField(
        choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple
    )


def _request(_spec: StepField, _ground: Ground) -> forms.Field:
    """A number, written or chosen; what it means is the action's to say."""
    return forms.CharField(max_length=24)


def _amount(spec: StepField, ground: Ground) -> forms.Field:
    if spec.name == "amount" and ground.task is not None:
        return _more_time(ground.task)
    is_call = spec.name in ("report_in_within", "plan_within")
    # An emergency counts round the clock, and its end lies hours ahead, not days.
    usual = REPORT_IN_PRESETS if is_call else (*SOON[:2], *HANDLING_PRESETS)
    return AmountField(usual, either=True, required=spec.required)


def _more_time(task: Task) -> forms.Field:
    """How much more than the day it is due: at most the time given for it."""
    rule = Limit.parse(task.limit)
    usual = (*SOON, *HANDLING_PRESETS) if rule.is_calendar else HANDLING_PRESETS
    limits = {text: Limit(Amount.parse(text), rule.is_calendar) for text in usual}
    fitting = [text for text, limit in limits.items() if limit.span <= rule.span]
    return AmountField(fitting, start=task.due_at, is_calendar=rule.is_calendar)


def _tasks(_spec: StepField, ground: Ground) -> forms.Field:
    choices = [
        (str(task.pk), str(task.department or task.holder or task.title))
        for task in ground.replied
    ]
    return forms.TypedMultipleChoiceField(
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[choice[0] for choice in choices],
    )


def _files(_spec: StepField, _ground: Ground) -> forms.Field:
    return photos_field()


def _grid(_spec: StepField, ground: Ground) -> forms.Field:
    """The grids that the request lies in, the smallest first."""
    ids = [pk for name, pk in ground.request.place_ids.items() if name != "district_id"]
    places = locate.places_of([pk for pk in reversed(ids) if pk])
    choices: list[tuple[str, Any]] = [("", _("Choose a grid"))]
    choices += [(str(place.grid_id), place.name) for place in places]
    return forms.TypedChoiceField(choices=choices, coerce=int)


MAKERS: Mapping[str, Maker] = {
    "text": _text,
    "choice": _choice,
    "bool": _bool,
    "user": _user,
    "grid": _grid,
    "date": _date,
    "datetime": _datetime,
    "entry": _entry,
    "request": _request,
    "amount": _amount,
    "tasks": _tasks,
    "files": _files,
    "lines": _lines,
    "ticks": _ticks,
}
POINTS = [(str(n), str(n)) for n in range(1, 6)]


def _has_steps(task: Task | None) -> bool:
    """Whether a plan has steps that are not done."""
    return task is not None and any(not s["done_at"] for s in task.plan_steps)


class StepForm(PhotosMixin, ActionForm):
    """The inputs of one step. `values()` is what the action takes."""

    aliases = {"assist": "lead", "photos": "files", "amount": "due"}

    def __init__(self, step: Step, ground: Ground, *args: Any, **kwargs: Any) -> None:
        self.step, self.ground = step, ground
        super().__init__(*args, **kwargs)
        for spec in step.fields:
            self._add(spec)

    def _add(self, spec: StepField) -> None:
        if spec.kind == "departments":
            return  # the picker of the lead department carries the assisting ones
        if spec.kind == "marks":
            self._add_marks(spec)
            return
        if spec.kind == "answers":
            return  # asked on the page of a revisit
        if spec.kind == "ticks" and not _has_steps(self.ground.task):
            return
        if spec.kind == "department" and spec.name == "department":
            made: forms.Field = _one_department(spec, self.ground)
        elif spec.kind == "department":
            rows = Department.objects.active().filter(
                district_id=self.ground.request.district_id
            )
            made = DepartmentsField(list(rows))
        else:
            made = MAKERS[spec.kind](spec, self.ground)
        made.required = spec.required
        made.label = str(spec.label)
        made.help_text = str(spec.help) or made.help_text
        if isinstance(made, forms.ChoiceField) and not spec.required and spec.choices:
            made.initial = spec.choices[0][0]
        self.fields[spec.name] = made

    def _add_marks(self, spec: StepField) -> None:
        """1 to 5 for each criterion, as a row of its own."""
        for entry in dictionaries.items(spec.source):
            self.fields[f"{MARK}{entry.code}"] = forms.ChoiceField(
                label=entry.label,
                choices=POINTS,
                widget=forms.RadioSelect,
                help_text=_("1 is poor, 5 is very good"),
            )

    def values(self) -> dict[str, Any]:
        """Cleaned values by field name; what was left empty is left out."""
        out: dict[str, Any] = {}
        for spec in self.step.fields:
            value: Any = self.cleaned_data.get(spec.name)
            if spec.kind == "marks":
                out[spec.name] = self._marks()
            elif spec.kind == "department" and isinstance(value, dict):
                out |= value
            elif spec.kind not in ("departments", "files") and value not in (
                "",
                None,
                [],
            ):
                out[spec.name] = value
        return out

    def _marks(self) -> dict[str, str]:
        return {
            name.removeprefix(MARK): value
            for name, value in self.cleaned_data.items()
            if name.startswith(MARK)
        }


class VerifyForm(PhotosMixin, ActionForm):
    """What was seen on site, in one page: pass and close, or send back."""

    aliases = {"photos": "files", "reason": "note"}

    note = forms.CharField(
        label=_("What was seen"),
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
    )
    files: Any = photos_field()
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=OUTCOMES,
        required=False,
        widget=forms.RadioSelect,
        initial="solved",
    )
    summary = forms.CharField(
        label=_("What was done, for the resident"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    keep_reason = forms.CharField(
        label=_("Why these words stay"), max_length=200, required=False
    )
    tasks = forms.TypedMultipleChoiceField(
        label=_("Who does it again"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, replied: list[Task], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(t.pk), str(t.department or t.holder or t.title)) for t in replied
        ]
        box = self.fields["tasks"]
        box.choices = choices  # type: ignore[attr-defined]
        box.initial = [choice[0] for choice in choices]
        if len(choices) < 2:
            del self.fields["tasks"]
