"""Urging by hand 催办, supervision 督办 with its answer, and striking out a wrong naming."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import events
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.models import User
from governance.core.workflow import Step
from governance.core.worktime import Amount
from grids.scoping import scope_of
from requests_hub import deadlines, ladders
from requests_hub.actions import base, escalation
from requests_hub.escalation_workflow import ASKERS, SUPERVISION
from requests_hub.models import Escalation, Naming, Supervision, Task
from requests_hub.models.tasks import WAITING
from requests_hub.workflow import DESK
from requests_hub.workflow_whistles import DISPUTED

REMINDERS = (*DESK, "leader")
WORDS = 500


def may_remind(task: Task, by: User) -> bool:
    """Whether this person urges here: the desk of the place, the district, a leader."""
    return task.state in WAITING and scope_of(by).holds(REMINDERS, task)


def may_supervise(task: Task, by: User) -> bool:
    return task.state in WAITING and scope_of(by).holds(ASKERS, task)


def may_step(step: Step, row: Supervision, by: User) -> bool:
    """Whether a step of a supervision is this person's.

    A department's officers answer for it; for a grid task its holder or the town's desk.
    """
    task, scope = row.task, scope_of(by)
    if step.name != "answer":
        return scope.holds(step.roles, task)
    if task.department_id is not None:
        return scope.holds(("officer",), task)
    return task.holder_id == by.pk or scope.holds(("township",), task)


def available(row: Supervision, by: User) -> list[Step]:
    """The steps that this person may take now."""
    return [
        s
        for s in SUPERVISION.steps_from(row.state)
        if may_step(s, row, by) and (s.name != "name" or not _why_not_named(row))
    ]


def permit(row: Supervision, name: str, by: User) -> Step:
    """The step, if the table has it from here and it is this person's.

    Raises:
        IllegalStep, NotAllowed.
    """
    step = SUPERVISION.take(row.state, name)
    if not may_step(step, row, by):
        raise NotAllowed(
            _("“%(step)s” is not yours to do here.") % {"step": step.label}
        )
    return step


def refuse(task: Task, words: str) -> NoReturn:
    """Say why nobody can be urged here.

    Raises:
        Conflict: nothing waits. NotAllowed: with `words`.
    """
    _refuse_over(task)
    raise NotAllowed(words)


def _refuse_over(task: Task) -> None:
    """Nobody is urged where nobody is waited for.

    Raises:
        Conflict: with whom it lies instead.
    """
    if task.state in DISPUTED:
        words = _("It was returned and waits for a decision, not for the department.")
        raise Conflict(words)
    if task.state not in WAITING:
        raise Conflict(_("Nobody is waited for here any more."))


def take(
    row: Supervision, name: str, *, by: User, data: Mapping[str, Any]
) -> Supervision:
    """Take a step by its name, from the values of its form."""
    values = {key: value for key, value in data.items() if value not in (None, "")}
    if "within" in values:
        values["within"] = Amount.parse(values["within"])
    action: Callable[..., Supervision] = ACTIONS[name]
    return action(row, by=by, **values)


def said(name: str) -> str:
    """What is now true, for the message on the next page."""
    return str(SAID[name])


@transaction.atomic
def remind(task: Task, *, by: User, words: str = "") -> Escalation:
    """Urge whoever holds a task, now. A second time only after the pause of the rules.

    Raises:
        NotAllowed: not this person's place. Conflict: nothing waits, or urged just now.
    """
    row = _waiting(task)
    if not scope_of(by).holds(REMINDERS, row):
        raise NotAllowed(_("Reminding is for the desk and for leaders of the place."))
    _refuse_soon(row)
    return _by_hand(row, "reminder", "officer", by, words)


@transaction.atomic
def supervise(
    task: Task, *, by: User, words: str, within: Amount | None = None
) -> Supervision:
    """Ask the unit that holds a task for a statement, by a date.

    Raises:
        NotAllowed: only the district and its leaders. Conflict: nothing waits, or an earlier
        one is still to be answered. Invalid: field "words".
    """
    row = _waiting(task)
    if not scope_of(by).holds(ASKERS, row):
        raise NotAllowed(_("Supervision is for the district and its leaders."))
    text = _text(words, "words")
    if Supervision.objects.waiting().filter(task=row).exists():
        raise Conflict(_("An earlier supervision is still to be answered."))
    fired = _by_hand(row, "supervision", "head", by, text)
    asked = escalation.supervision_of(fired)
    if within is not None:
        rule = deadlines.asked(within, "supervision_answer")
        asked.answer_by = rule.after(fired.fired_at)
    asked.save(force_insert=True)
    return asked


@transaction.atomic
def answer(row: Supervision, *, by: User, answer: str) -> Supervision:
    """The unit answers. Repeating the same answer changes nothing.

    Raises:
        IllegalStep, NotAllowed. Invalid: field "answer".
    """
    text = _text(answer, "answer")
    held = _hold(row)
    if held.state == "answered" and held.answered_by == by and held.answer == text:
        return held
    return _take(
        held, "answer", by, answer=text, answered_by=by, answered_at=base.now()
    )


@transaction.atomic
def settle(row: Supervision, *, by: User, note: str = "") -> Supervision:
    """The asker is content with the answer."""
    return _take(_hold(row), "settle", by, {"note": note}, settled_at=base.now())


@transaction.atomic
def ask_again(
    row: Supervision, *, by: User, reason: str, within: Amount | None = None
) -> Supervision:
    """The answer does not do: asked again, with a new date."""
    text = _text(reason, "reason")
    rule = deadlines.asked(within, "supervision_answer")
    due = rule.after(base.now())
    return _take(_hold(row), "ask_again", by, {"note": text}, answer_by=due)


@transaction.atomic
def withdraw(row: Supervision, *, by: User, reason: str) -> Supervision:
    """Take a supervision back, with a reason."""
    text = _text(reason, "reason")
    return _take(_hold(row), "withdraw", by, {"note": text}, settled_at=base.now())


@transaction.atomic
def name(row: Supervision, *, by: User, reason: str) -> Supervision:
    """List the unit for the next bulletin, because a supervision stays unanswered; once.

    Raises:
        IllegalStep, NotAllowed. Invalid: field "reason". Conflict: its day has not passed, or
        it is listed already.
    """
    text = _text(reason, "reason")
    held = _hold(row)
    permit(held, "name", by)
    why_not = _why_not_named(held)
    if why_not:
        raise Conflict(why_not)
    fired = _by_hand(held.task, "naming", "head", by, text)
    Naming.objects.bulk_create(escalation.namings_of([fired]))
    return held


def _why_not_named(row: Supervision) -> str:
    """Why the unit cannot be named for this supervision now; empty where it can."""
    if row.answer_by >= base.now():
        return _("The day to answer has not passed yet.")
    listed = Naming.objects.standing().filter(
        task_id=row.task_id,
        escalation__step=Escalation.MANUAL,
        named_at__gte=row.answer_by,
    )
    return _("It is listed for the bulletin already.") if listed.exists() else ""


@transaction.atomic
def strike(naming: Naming, *, by: User, reason: str) -> Naming:
    """Take a unit off the list of the bulletin; the row stays, struck out.

    Raises:
        NotAllowed: only the district's desk. Conflict: struck out already.
    """
    text = _text(reason, "reason")
    row = Naming.objects.select_for_update(of=("self",)).get(pk=naming.pk)
    if not scope_of(by).holds(("district",), row):
        raise NotAllowed(_("Striking out is for the district's desk."))
    if row.struck_at is not None:
        raise Conflict(_("It is struck out already."))
    row.struck_at, row.struck_by, row.strike_reason = base.now(), by, text
    row.save(update_fields=["struck_at", "struck_by", "strike_reason"])
    _tell("task.naming_struck", row.task, by, {"note": text, "naming": row.pk})
    return row


def _waiting(task: Task) -> Task:
    """The task, locked, still open and not answered.

    Raises:
        NotHere, Conflict.
    """
    _request, row = base.lock_task(task)
    _refuse_over(row)
    return row


def _refuse_soon(task: Task) -> None:
    last = (
        Escalation.objects.filter(task=task, step=Escalation.MANUAL, what="reminder")
        .order_by("-fired_at")
        .first()
    )
    if last is None:
        return
    again = deadlines.limit("remind_pause").after(last.fired_at)
    if base.now() < again:
        local = timezone.localtime(again)
        raise Conflict(
            _("Reminded at %(when)s already; again from %(again)s on.")
            % {
                "when": timezone.localtime(last.fired_at).strftime("%m-%d %H:%M"),
                "again": local.strftime("%m-%d %H:%M"),
            }
        )


def _by_hand(task: Task, what: str, who: str, by: User, words: str) -> Escalation:
    manual = Escalation.objects.filter(task=task, step=Escalation.MANUAL)
    clock = next(iter(ladders.clocks_of(task)), None)
    row = Escalation(
        task=task,
        cycle=task.rework_count,
        step=Escalation.MANUAL,
        rung=0,
        repeat=manual.filter(cycle=task.rework_count).count(),
        what=what,
        who=who,
        by=by,
        words=words.strip()[:WORDS],
        due_at=clock.due if clock else None,
        planned_at=base.now(),
        fired_at=base.now(),
    )
    row.save(force_insert=True)
    row.refresh_from_db(fields=["id"])
    events.record_many([escalation.fact_of(row)])
    return row


def _hold(row: Supervision) -> Supervision:
    found = (
        Supervision.objects.select_for_update(of=("self",))
        .select_related("task")
        .filter(pk=row.pk)
        .first()
    )
    if found is None:
        raise NotHere(_("There is no such supervision."))
    return found


def _take(
    row: Supervision,
    name: str,
    by: User,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Supervision:
    step = permit(row, name, by)
    came_from, changes["state"] = row.state, step.target
    for field, value in changes.items():
        setattr(row, field, value)
    row.save(update_fields=list(changes))
    told = {"supervision": row.pk, "from": came_from, "to": row.state, **(data or {})}
    _tell(f"task.{step.effects.event}", row.task, by, told)
    return row


def _tell(name: str, task: Task, by: User, data: dict[str, Any]) -> None:
    more = {"task": task.pk, "department": task.department_id, **data}
    events.record(
        name,
        task,
        by,
        {key: value for key, value in more.items() if value not in (None, "")},
        thread_id=task.request_id,
        occurred_at=base.now(),
    )


def _text(words: str, field: str) -> str:
    text = words.strip()
    if not text:
        raise Invalid(fields={field: [_("This is needed.")]})
    return text[:2000]


ACTIONS: dict[str, Callable[..., Supervision]] = {
    "answer": answer,
    "settle": settle,
    "ask_again": ask_again,
    "name": name,
    "withdraw": withdraw,
}
SAID = {
    "answer": gettext_lazy("Answered."),
    "settle": gettext_lazy("Settled."),
    "ask_again": gettext_lazy("Asked again."),
    "name": gettext_lazy("Listed; the next bulletin names it with this reason."),
    "withdraw": gettext_lazy("Withdrawn."),
}
