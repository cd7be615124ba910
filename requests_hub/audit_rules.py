"""What the auditor looks for. Each rule gives what it found now; nothing here writes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import engine, worktime
from governance.core.models import Delivery
from governance.core.workflow import Text
from grids.models import District, Post
from grids.models.places import LEVELS
from requests_hub.actions.base import ANSWERED
from requests_hub.actions.endings import ENDED
from requests_hub.models import (
    Escalation,
    Finding,
    Proposal,
    Request,
    Supervision,
    Task,
    Whistle,
)
from requests_hub.models.tasks import LOOK, LOOKED_AT, OPEN_STATES, WAITING
from requests_hub.workflow import GRID
from requests_hub.workflow_whistles import DISPUTED

MOST = 500
UNSEEN = timedelta(minutes=10)
SWEEP_SILENCE = 600
NOVEMBER = 11
AT_TASKS = ("verify", "dispatched", "signed", "handling", "whistled", "reworked")


@dataclass(frozen=True)
class Found:
    """One thing that is wrong; `subject_id` with the kind names it from day to day."""

    kind: str
    district_id: int
    subject_type: str
    subject_id: int
    title: str
    data: dict[str, Any] = field(default_factory=dict)


Rule = Callable[[datetime], Iterator[Found]]


@dataclass(frozen=True)
class Kind:
    """How a kind of finding reads on the page: what is wrong, why that matters."""

    label: Text
    why: Text
    rule: Rule


def look(now: datetime) -> Iterator[Found]:
    """Everything that is wrong now; at most `MOST` of each kind."""
    for kind in KINDS.values():
        yield from kind.rule(now)


# --- Tasks ----------------------------------------------------------------------------------


def _waiting() -> QuerySet[Task]:
    return Task.objects.filter(state__in=WAITING)


def _tasks(kind: str, rows: QuerySet[Task]) -> Iterator[Found]:
    wanted = rows.values("pk", "district_id", "title", "request__no")
    for row in wanted.order_by("pk")[:MOST]:
        data = {"no": row["request__no"]} if row["request__no"] else {}
        yield Found(kind, row["district_id"], "task", row["pk"], row["title"], data)


def _no_moment(now: datetime) -> Iterator[Found]:
    ahead = Q(due_at__isnull=True) | Q(due_at__gt=now)
    runs = Q(ahead, state__in=WAITING, paused_at__isnull=True)
    stands = Q(state__in=WAITING, paused_until_at__gt=now, paused_at__isnull=False)
    decided = Q(state__in=DISPUTED, decision_due_at__gt=now)
    rows = Task.objects.filter(runs | stands | decided, next_at__isnull=True)
    yield from _tasks("no_moment", rows)


def _undecided(now: datetime) -> Iterator[Found]:
    """Rulings that are late; returns that the sweep should have passed on by now."""
    never = Q(state__in=DISPUTED, decision_due_at__isnull=True)
    desk = Q(state=DISPUTED[0], decision_due_at__lt=now - UNSEEN)
    district = Q(state=DISPUTED[1], decision_due_at__lt=now)
    rows = Task.objects.filter(never | desk | district)
    yield from _tasks("undecided", rows)


def _hold_over(now: datetime) -> Iterator[Found]:
    """Holds whose day has come: of a call, or of a whole request."""
    over = Q(paused_until_at__isnull=True) | Q(paused_until_at__lte=now - UNSEEN)
    yield from _tasks("hold_over", _waiting().filter(over, paused_at__isnull=False))
    ahead = Proposal.objects.standing().filter(
        request=OuterRef("pk"), kind="hold", review_on__gte=timezone.localdate(now)
    )
    held = Request.objects.open().filter(state="held")
    yield from _requests("hold_over", held.filter(~Exists(ahead)))


def _beyond_ladder(now: datetime) -> Iterator[Found]:
    rows = _waiting().filter(next_at__isnull=True, due_at__lte=now)
    yield from _tasks("beyond_ladder", rows)


def _not_looked_at(now: datetime) -> Iterator[Found]:
    rows = Task.objects.filter(
        state__in=LOOKED_AT, next_at__gt=LOOK, next_at__lt=now - UNSEEN
    )
    yield from _tasks("not_looked_at", rows)


def _sweep_failed(now: datetime) -> Iterator[Found]:
    """What the sweep itself noted lately stays; it sees each again every few minutes."""
    rows = Finding.objects.open().filter(
        kind="sweep_failed", seen_at__gte=now - 2 * UNSEEN
    )
    for row in rows:
        yield Found(
            row.kind, row.district_id, "task", row.subject_id, row.title, row.data
        )


def _no_ladder(_now: datetime) -> Iterator[Found]:
    yield from _tasks("no_ladder", _waiting().filter(ladder__isnull=True))


def _no_holder(_now: datetime) -> Iterator[Found]:
    posts = Post.objects.current().filter(user__is_active=True)
    here = Q(pk__in=[])
    for level in LEVELS:
        here |= Q(grid_id=OuterRef(f"{level}_id"))
    mine = Exists(posts.filter(user_id=OuterRef("holder_id")))
    officers = Exists(
        posts.filter(role="officer", department_id=OuterRef("department_id"))
    )
    people = Exists(posts.filter(here, role__in=GRID))
    gone = Q(holder__isnull=False) & ~Q(mine)
    empty = Q(holder__isnull=True, department__isnull=False) & ~Q(officers)
    alone = Q(holder__isnull=True, department__isnull=True) & ~Q(people)
    yield from _tasks("no_holder", _waiting().filter(gone | empty | alone))


def _closed_department(_now: datetime) -> Iterator[Found]:
    rows = Task.objects.filter(state__in=OPEN_STATES, department__is_active=False)
    yield from _tasks("closed_department", rows)


def _nobody_told(now: datetime) -> Iterator[Found]:
    untold = Escalation.objects.filter(
        task=OuterRef("pk"), told=0, fired_at__gte=now - timedelta(days=30)
    )
    yield from _tasks("nobody_told", _waiting().filter(Exists(untold)))


# --- Requests -------------------------------------------------------------------------------


def _requests(kind: str, rows: QuerySet[Request]) -> Iterator[Found]:
    wanted = rows.values("pk", "district_id", "title", "no")
    for row in wanted.order_by("pk")[:MOST]:
        data = {"no": row["no"]}
        yield Found(kind, row["district_id"], "request", row["pk"], row["title"], data)


def _at_tasks() -> QuerySet[Request]:
    """Requests that wait for tasks, of which none waits for anybody."""
    own = Task.objects.filter(request=OuterRef("pk"), round=OuterRef("round"))
    rows = Request.objects.open().filter(state__in=AT_TASKS)
    return rows.filter(~Exists(own.filter(state__in=WAITING)))


def _answered() -> Exists:
    return Exists(
        Task.objects.filter(
            request=OuterRef("pk"), round=OuterRef("round"), state__in=ANSWERED
        )
    )


def _stranded(_now: datetime) -> Iterator[Found]:
    yield from _requests("stranded", _at_tasks().filter(~_answered()))


def _complete(_now: datetime) -> Iterator[Found]:
    yield from _requests("complete", _at_tasks().filter(_answered()))


def _whistle_open(_now: datetime) -> Iterator[Found]:
    """Whistles of which nobody is called any more, and which still run."""
    own = Task.objects.filter(whistle=OuterRef("pk"))
    rows = Whistle.objects.filter(
        Exists(own), ~Exists(own.exclude(state__in=ENDED)), state="running"
    )
    wanted = Request.objects.filter(pk__in=rows.values("request_id"))
    yield from _requests("whistle_open", wanted)


def _no_deadline(_now: datetime) -> Iterator[Found]:
    rows = Request.objects.open().exclude(state__in=(*AT_TASKS, "held"))
    yield from _requests("no_deadline", rows.filter(due_at__isnull=True))


def _stage_overdue(now: datetime) -> Iterator[Found]:
    rows = Request.objects.open().exclude(state__in=AT_TASKS)
    yield from _requests("stage_overdue", rows.filter(due_at__lt=now))


# --- What stands around them ----------------------------------------------------------------


def _late_answer(now: datetime) -> Iterator[Found]:
    rows = Supervision.objects.waiting().filter(answer_by__lt=now)
    wanted = rows.values("pk", "task__district_id", "task__title", "task__request__no")
    for row in wanted.order_by("answer_by")[:MOST]:
        yield Found(
            "late_answer",
            row["task__district_id"],
            "supervision",
            row["pk"],
            row["task__title"],
            {"no": row["task__request__no"]},
        )


def _set_aside(_now: datetime) -> Iterator[Found]:
    n = Delivery.objects.filter(state=Delivery.State.SET_ASIDE).count()
    for pk in _districts() if n else ():
        yield Found("set_aside", pk, "delivery", 0, str(n), {"n": n})


def _calendar(now: datetime) -> Iterator[Found]:
    """This year; next year from November on; and any year in which something is due."""
    today = timezone.localdate(now)
    years = {today.year} | ({today.year + 1} if today.month >= NOVEMBER else set())
    due = Task.objects.open().filter(due_at__gt=now).order_by(F("due_at").desc())
    latest = due.values_list("due_at", flat=True).first()
    if latest:
        years |= set(range(today.year, timezone.localdate(latest).year + 1))
    for year in sorted(y for y in years if worktime.is_provisional(date(y, 1, 1))):
        for pk in _districts():
            yield Found("calendar", pk, "calendar", year, str(year), {"year": year})


def _sweep_silent(_now: datetime) -> Iterator[Found]:
    quiet = engine.silence("sweep")
    if quiet is None or quiet <= SWEEP_SILENCE:
        return
    for pk in _districts():
        minutes = int(quiet // 60)
        yield Found("sweep_silent", pk, "sweep", 0, str(minutes), {"minutes": minutes})


def _districts() -> list[int]:
    return list(District.objects.order_by("pk").values_list("pk", flat=True))


KINDS: dict[str, Kind] = {
    "no_moment": Kind(
        _("No next moment"),
        _("The task is open and nothing will ever happen to it: no deadline, no rung."),
        _no_moment,
    ),
    "not_looked_at": Kind(
        _("Not looked at"),
        _("Its moment has passed and the sweep has not come by."),
        _not_looked_at,
    ),
    "sweep_failed": Kind(
        _("Cannot be looked at"),
        _("The sweep fails at this task; the others go on."),
        _sweep_failed,
    ),
    "sweep_silent": Kind(
        _("The sweep stands still"),
        _("Nobody looks at deadlines. Look after the worker and beat."),
        _sweep_silent,
    ),
    "beyond_ladder": Kind(
        _("Beyond the last rung"),
        _("Every rung has fired and the task is still late. Somebody must decide."),
        _beyond_ladder,
    ),
    "no_ladder": Kind(
        _("No ladder"),
        _("The task carries no copy of the escalation policy, so nobody is reminded."),
        _no_ladder,
    ),
    "no_holder": Kind(
        _("Nobody holds it"),
        _(
            "Who holds the task has no account or post any more, or the unit has nobody."
        ),
        _no_holder,
    ),
    "closed_department": Kind(
        _("The department is closed"),
        _("A department that is no longer in use still has open tasks."),
        _closed_department,
    ),
    "nobody_told": Kind(
        _("A rung reached nobody"),
        _("No head or leader is named for the unit; the district centre was told."),
        _nobody_told,
    ),
    "stranded": Kind(
        _("No task left"),
        _("The request waits for tasks, and all of them have ended without an answer."),
        _stranded,
    ),
    "complete": Kind(
        _("All answered, not moved on"),
        _(
            "Every department has answered or was released, and the request still waits."
        ),
        _complete,
    ),
    "no_deadline": Kind(
        _("No deadline"),
        _("The request is open at a stage without a limit."),
        _no_deadline,
    ),
    "whistle_open": Kind(
        _("Whistle over, not completed"),
        _("Every department has ended or was let go, and the whistle still runs."),
        _whistle_open,
    ),
    "hold_over": Kind(
        _("The hold is over"),
        _("The day until which it was on hold has come, and it does not go on."),
        _hold_over,
    ),
    "undecided": Kind(
        _("Return not decided"),
        _("A department gave it back, and nobody has accepted or ruled in time."),
        _undecided,
    ),
    "stage_overdue": Kind(
        _("Late at the desk or in the check"),
        _("The limit of this stage has passed, and no ladder watches it."),
        _stage_overdue,
    ),
    "late_answer": Kind(
        _("Supervision not answered"),
        _("The statement that was asked for has not come in time."),
        _late_answer,
    ),
    "set_aside": Kind(
        _("Messages set aside"),
        _("Some follow-ups of events failed again and again and wait for a person."),
        _set_aside,
    ),
    "calendar": Kind(
        _("The calendar of a year is missing"),
        _(
            "Deadlines in that year count Monday to Friday and will move when it is there."
        ),
        _calendar,
    ),
}
