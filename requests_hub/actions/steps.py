"""Steps by name: what an actor may do now, and doing it from plain input.

Pages, the API and the admin all come through `take`: it reads each field as the workflow's table
describes it and calls the one action.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import Invalid, NotAllowed
from governance.core.models import User
from governance.core.workflow import Step, StepField
from governance.core.worktime import Amount
from grids.models import Department, Grid
from requests_hub.actions import (
    base,
    callups,
    desk,
    extensions,
    feedback,
    guards,
    handling,
    looking,
    merging,
    pauses,
    privacy,
    proposals,
    returns,
    revisits,
    scores,
    whistles,
)
from requests_hub.actions.actors import Actor, Reporter, Subject, may_take
from requests_hub.models import Request, Revisit, Task

LONGEST = 2000
LONGEST_LINE = 200
Action = Callable[..., Any]
Reader = Callable[[StepField, Any, Subject], Any]

ACTIONS: dict[tuple[str, str], Action] = {
    ("request", "accept"): desk.accept,
    ("request", "reject"): desk.reject,
    ("request", "dispatch"): desk.dispatch,
    ("request", "whistle"): whistles.whistle,
    ("request", "reply"): desk.reply,
    ("request", "verify"): feedback.verify,
    ("request", "rework"): feedback.rework,
    ("request", "close"): feedback.close,
    ("request", "rate"): feedback.rate,
    ("request", "reopen"): feedback.reopen,
    ("request", "withdraw"): feedback.withdraw,
    ("request", "add"): feedback.add,
    ("request", "look"): looking.look,
    ("request", "hold_ask"): proposals.hold_ask,
    ("request", "hold"): proposals.hold,
    ("request", "hold_refuse"): proposals.hold_refuse,
    ("request", "resume"): proposals.resume,
    ("request", "merge"): merging.merge,
    ("request", "split"): merging.split,
    ("request", "exclude_ask"): proposals.exclude_ask,
    ("request", "exclude"): proposals.exclude,
    ("request", "exclude_refuse"): proposals.exclude_refuse,
    ("request", "include"): proposals.include,
    ("request", "hide"): privacy.hide,
    ("request", "unhide"): privacy.unhide,
    ("request", "revisit"): revisits.revisit,
    ("request", "missed"): revisits.missed,
    ("whistle_task", "report_in"): whistles.report_in,
    ("whistle_task", "claim"): whistles.claim,
    ("whistle_task", "handle"): whistles.handle,
    ("whistle_task", "reply"): handling.reply,
    ("whistle_task", "plan"): whistles.plan,
    ("whistle_task", "release"): callups.release,
    ("whistle_task", "recall"): callups.recall,
    ("whistle_task", "send_back"): returns.send_back,
    ("whistle_task", "send_again"): returns.send_again,
    ("whistle_task", "ask_ruling"): returns.ask_ruling,
    ("whistle_task", "rule"): returns.rule,
    ("whistle_task", "ask_extension"): extensions.ask_extension,
    ("whistle_task", "grant_extension"): extensions.grant_extension,
    ("whistle_task", "refuse_extension"): extensions.refuse_extension,
    ("whistle_task", "pause"): pauses.pause,
    ("whistle_task", "run_again"): pauses.run_again,
    ("whistle_task", "score"): scores.score,
    ("whistle_task", "score_call"): scores.score_call,
    ("whistle", "add_department"): callups.add_department,
    ("whistle", "recall"): callups.recall_whistle,
    ("grid_task", "claim"): handling.claim,
    ("grid_task", "handle"): handling.handle,
    ("grid_task", "reply"): handling.reply,
    ("grid_task", "cancel"): desk.cancel,
    ("look_task", "finding"): looking.finding,
    ("look_task", "cancel"): looking.cancel,
}


def available(
    subject: Subject, actor: Actor, *, names: Collection[str] | None = None
) -> list[Step]:
    """The steps that this actor may take now; they are offered, and nothing else is.

    What a guard stands in the way of is left out (a reopening whose time is over). With `names`
    only those steps are asked about.
    """
    return [
        step
        for step in subject.machine.steps_from(subject.state)
        if (subject.machine.name, step.name) in ACTIONS
        and (names is None or step.name in names)
        and may_take(step, subject, actor)
        and guards.why_not(step, subject, actor) is None
    ]


def refused(subject: Subject, actor: Actor) -> list[tuple[Step, str]]:
    """The other steps that this actor's posts are for, each with why it is not possible now."""
    out: dict[str, tuple[Step, str]] = {}
    offered = {step.name for step in available(subject, actor)}
    for step in subject.machine.steps:
        known = (subject.machine.name, step.name) in ACTIONS
        if not known or step.name in offered or not may_take(step, subject, actor):
            continue
        if subject.state in step.sources:
            refusal = guards.why_not(step, subject, actor)
            out[step.name] = (step, refusal.message if refusal else "")
        else:
            out.setdefault(step.name, (step, _only_from(subject, step)))
    return list(out.values())


def _only_from(subject: Subject, step: Step) -> str:
    """From which states a step is possible, in words."""
    sources = [
        source
        for each in subject.machine.steps
        if each.name == step.name
        for source in each.sources
    ]
    labels = [str(subject.machine[source].label) for source in dict.fromkeys(sources)]
    return _("Possible while it is %(states)s; now it is “%(now)s”.") % {
        "states": _(" or ").join(f"“{label}”" for label in labels),
        "now": subject.state_info.label,
    }


def take(
    subject: Subject,
    step_name: str,
    *,
    by: Actor,
    data: Mapping[str, Any] | None = None,
    files: base.Files = (),
    session_key: str = "",
) -> Subject:
    """Take a step from plain input and give the subject as it is afterwards.

    Args:
        subject: the request or task, already known to be visible to the actor.
        step_name: a step of its machine.
        by: who acts.
        data: values as text or JSON, by the names of the step's fields.
        files: stored attachments, besides those named in `data["files"]`.
        session_key: the browser that stored the files of somebody without an account.

    Raises:
        IllegalStep: not from this state (409).
        NotAllowed: not this actor (403).
        Invalid: with the fields that are wrong (400).
    """
    step = ask(subject, step_name, by)
    values = read_fields(step, {**(data or {})}, subject, files)
    action = ACTIONS.get((subject.machine.name, step_name))
    if action is None:
        raise NotAllowed(
            _("“%(step)s” is not yours to do here.") % {"step": step.label}
        )
    if session_key and values.get("files") and step_name == "add":
        values["session_key"] = session_key
    action(subject, by=by, **values)
    subject.__dict__.pop("all_proposals", None)
    return type(subject).objects.get(pk=subject.pk)


def ask(subject: Subject, step_name: str, by: Actor) -> Step:
    """The step to read the fields by; an early no, asked again under the lock."""
    if isinstance(subject, Task):
        again = _repeatable(subject, step_name)
        if again is not None:
            return again
    return base.permit(subject, step_name, by)


def _repeatable(task: Task, step_name: str) -> Step | None:
    """Report-in and claim answer for themselves when somebody was first."""
    if step_name == "report_in" and task.reported_in_at is not None:
        return next((s for s in task.machine.steps if s.name == step_name), None)
    if step_name == "claim" and task.holder_id is not None:
        return next(s for s in task.machine.steps if s.name == step_name)
    return None


# --- Reading fields -----------------------------------------------------------------------


def read_fields(
    step: Step, data: dict[str, Any], subject: Subject, files: base.Files = ()
) -> dict[str, Any]:
    """Python values of a step's fields.

    Raises:
        Invalid: with every field that is missing or wrong.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for field in step.fields:
        raw = data.get(field.name)
        if field.kind == "files":
            raw = [*_listed(raw), *files]
        try:
            value = _read(field, raw, subject)
        except Invalid as error:
            wrong[field.name] = [s for each in error.fields.values() for s in each] or [
                error.message
            ]
            continue
        if value is not None:
            values[field.name] = value
    if wrong:
        raise Invalid(fields=wrong)
    return values


def field_names(step: Step) -> set[str]:
    return {field.name for field in step.fields}


def _read(field: StepField, raw: Any, subject: Subject) -> Any:
    if raw is None or raw == "" or raw == []:
        if field.required:
            raise _wrong(_("This is needed."))
        return None
    return READERS[field.kind](field, raw, subject)


def _wrong(words: str) -> Invalid:
    return Invalid(fields={"": [words]})


def _text(_field: StepField, raw: Any, _subject: Subject) -> str | None:
    if not isinstance(raw, str | int | float):
        raise _wrong(_("Words are expected here."))
    text = str(raw).replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        if _field.required:
            raise _wrong(_("This is needed."))
        return None
    if len(text) > LONGEST:
        raise _wrong(_("At most %(n)s characters.") % {"n": LONGEST})
    return text


def _choice(field: StepField, raw: Any, _subject: Subject) -> str:
    if not isinstance(raw, str) or raw not in dict(field.choices):
        raise _wrong(_("Choose one of the answers."))
    return str(raw)


def _bool(_field: StepField, raw: Any, _subject: Subject) -> bool:
    known = {"true": True, "1": True, "yes": True, "on": True}
    known |= {"false": False, "0": False, "no": False}
    value = known.get(str(raw).lower())
    if value is None:
        raise _wrong(_("Yes or no is expected here."))
    return value


def _lines(_field: StepField, raw: Any, _subject: Subject) -> list[str] | None:
    """A list of texts, or one text with a line for each."""
    parts = raw.splitlines() if isinstance(raw, str) else _listed(raw)
    if not all(isinstance(part, str | int | float) for part in parts):
        raise _wrong(_("Words are expected here."))
    lines = [str(part).replace("\x00", "").strip() for part in parts]
    lines = [line for line in lines if line]
    if any(len(line) > LONGEST_LINE for line in lines):
        raise _wrong(_("At most %(n)s characters.") % {"n": LONGEST_LINE})
    return list(dict.fromkeys(lines)) or None


def _ticks(_field: StepField, raw: Any, _subject: Subject) -> list[int]:
    parts = [str(part) for part in _listed(raw)]
    if not all(_is_id(part) for part in parts):
        raise _wrong(_("There is no such step."))
    return [int(part) for part in parts]


def _marks(field: StepField, raw: Any, _subject: Subject) -> dict[str, int]:
    words = _("Give 1 to 5 for each of the criteria.")
    if not isinstance(raw, Mapping):
        raise _wrong(words)
    known = {entry.code for entry in dictionaries.items(field.source)}
    marks = {str(code): str(value) for code, value in raw.items()}
    if set(marks) != known or not set(marks.values()) <= set("12345"):
        raise _wrong(words)
    return {code: int(value) for code, value in marks.items()}


def _answers(
    field: StepField, raw: Any, subject: Subject
) -> dict[int, revisits.Answers]:
    """What was said of single departments, by code or id."""
    words = _(
        "Say of each department whether it is solved and whether they are satisfied."
    )
    if not isinstance(raw, Mapping) or not all(
        isinstance(said, Mapping) for said in raw.values()
    ):
        raise _wrong(words)
    named = _departments(field, list(raw), subject)
    out = {}
    for department, said in zip(named, raw.values(), strict=True):
        is_solved = _bool(field, said.get("is_solved"), subject)
        satisfaction = str(said.get("satisfaction") or "no_answer")
        if satisfaction not in Revisit.Satisfaction.values:
            raise _wrong(words)
        out[department.pk] = revisits.Answers(is_solved, satisfaction)
    return out


def _department(_field: StepField, raw: Any, subject: Subject) -> Department:
    if isinstance(raw, Department):
        return raw
    return _departments(_field, [raw], subject)[0]


def _departments(_field: StepField, raw: Any, subject: Subject) -> list[Department]:
    keys = _listed(raw)
    rows = Department.objects.filter(district_id=subject.district_id)
    by_key: dict[str, Department] = {}
    for row in rows:
        by_key[str(row.pk)] = by_key[row.code] = row
    found = []
    for key in keys:
        named = key if isinstance(key, Department) else by_key.get(str(key))
        if named is None:
            raise _wrong(_("There is no department “%(key)s”.") % {"key": key})
        found.append(named)
    return found


def _user(_field: StepField, raw: Any, _subject: Subject) -> User:
    if isinstance(raw, User):
        return raw
    key = str(raw)
    lookup = {"pk": int(key)} if _is_id(key) else {"username": key}
    row = User.objects.filter(is_active=True, **lookup).first()
    if row is None:
        raise _wrong(_("There is no such person."))
    return row


def _grid(_field: StepField, raw: Any, subject: Subject) -> Grid:
    if isinstance(raw, Grid):
        return raw
    key = str(raw)
    rows = Grid.objects.filter(district_id=subject.district_id)
    row: Grid | None = rows.filter(code=key).first()
    if row is None and _is_id(key):
        row = rows.filter(pk=int(key)).first()
    if row is None:
        raise _wrong(_("There is no such grid."))
    return row


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _datetime(_field: StepField, raw: Any, _subject: Subject) -> datetime:
    try:
        value = raw if isinstance(raw, datetime) else parse_datetime(str(raw))
    except ValueError:
        value = None
    if value is None:
        raise _wrong(_("A day and time are expected, such as 2026-11-19 09:30."))
    return value if timezone.is_aware(value) else timezone.make_aware(value)


def _date(_field: StepField, raw: Any, _subject: Subject) -> date:
    try:
        value = raw if isinstance(raw, date) else parse_date(str(raw).strip())
    except ValueError:
        value = None
    if value is None:
        raise _wrong(_("A day is expected, such as 2026-11-19."))
    return value


def _entry(field: StepField, raw: Any, _subject: Subject) -> str:
    entry = dictionaries.item(field.source, str(raw))
    if entry is None or not entry.is_active:
        raise _wrong(_("Choose one of the answers."))
    return entry.code


def _request(_field: StepField, raw: Any, subject: Subject) -> Request:
    if isinstance(raw, Request):
        return raw
    no = str(raw).strip().upper()
    rows = Request.objects.filter(district_id=subject.district_id)
    row: Request | None = rows.filter(no=no).first()
    if row is None:
        raise _wrong(_("There is no request with this number in your area."))
    return row


def _amount(_field: StepField, raw: Any, _subject: Subject) -> Amount:
    amount = raw if isinstance(raw, Amount) else Amount.parse(str(raw))
    if amount.value < 1:
        raise _wrong(_("At least one."))
    return amount


def _tasks(_field: StepField, raw: Any, subject: Subject) -> list[Task]:
    keys = [t.pk if isinstance(t, Task) else t for t in _listed(raw)]
    if not all(_is_id(str(key)) for key in keys):
        raise _wrong(_("There is no such task."))
    rows = Task.objects.filter(request_id=subject.pk).in_bulk([int(k) for k in keys])
    if len(rows) != len({int(key) for key in keys}):
        raise _wrong(_("There is no such task."))
    return list(rows.values())


def _files(_field: StepField, raw: Any, _subject: Subject) -> list[Any]:
    files = []
    for item in _listed(raw):
        if isinstance(item, int | str):
            if not _is_id(str(item)):
                raise _wrong(_("There is no such file."))
            files.append(int(item))
        else:
            files.append(item)
    return files


def _listed(raw: Any) -> list[Any]:
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        return [part.strip() for part in raw.split(",") if part.strip()]
    return list(raw) if isinstance(raw, Sequence) else [raw]


READERS: dict[str, Reader] = {
    "text": _text,
    "choice": _choice,
    "bool": _bool,
    "department": _department,
    "departments": _departments,
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
    "marks": _marks,
    "answers": _answers,
}


__all__ = [
    "Actor",
    "Reporter",
    "ask",
    "available",
    "field_names",
    "read_fields",
    "refused",
    "take",
]
