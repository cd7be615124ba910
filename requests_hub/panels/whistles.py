"""A whistle's panel: one row per department, what holds it up, what closes it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.core.clocks import Clock
from governance.core.models import User
from requests_hub import presenters, turns
from requests_hub.models import Request, Task, Whistle
from requests_hub.panels import escalation
from requests_hub.panels.calls import call_cards
from requests_hub.panels.turns import Act, acts, shown
from requests_hub.queries.numbers import OPEN_STAGES, BoardRow
from requests_hub.workflow import WHISTLE_TASK
from requests_hub.workflow_whistles import LET_GO

ANSWERED = ("replied", "closed")
MOST_NAMED = 5


@dataclass(frozen=True)
class Call:
    """One called department."""

    task: Task
    clock: Clock
    dots: list[presenters.StepDot]
    is_holding: bool
    step: Act | None
    more: list[Act]


@dataclass(frozen=True)
class Panel:
    """One whistle with its calls, lead first."""

    row: Whistle
    number: str
    calls: list[Call]
    rule: str
    acts: list[Act]


def number_of(whistle: Whistle, request: Request) -> str:
    """What people call a whistle: the request's number and the round."""
    return f"{request.no}-W{whistle.round}"


def panels(row: Request, user: User) -> list[Panel]:
    """The whistles of a request, newest first; no statement beyond its tasks."""
    boards = presenters.whistle_rows(row)
    has_open = bool(getattr(row, "open_tasks", ()))
    return [
        panel(board.whistle, row, board.rows, user, is_now=n == 0 and has_open)
        for n, board in enumerate(boards)
    ]


def panel(
    whistle: Whistle,
    request: Request,
    rows: list[presenters.WhistleRow],
    user: User,
    *,
    is_now: bool,
) -> Panel:
    """One panel. The row that holds things up is the open one with the nearest deadline."""
    waiting = [
        r for r in rows if r.task.state in OPEN_STAGES and r.task.state != "replied"
    ]
    waiting.sort(key=lambda r: (r.clock.due_at is None, r.clock.due_at))
    holding = waiting[0] if is_now and waiting else None
    calls = []
    for row in rows:
        ahead = acts(row.task, user)
        first = ahead[0] if ahead and ahead[0].is_main else None
        more = (ahead[1:] if first else ahead) + escalation.acts(row.task, user)
        first = first or _urge(more)
        rest = [act for act in more if act is not first]
        calls.append(Call(row.task, row.clock, row.dots, row is holding, first, rest))
    whistle.request = request
    own = acts(whistle, user)
    return Panel(whistle, number_of(whistle, request), calls, _rule(whistle, rows), own)


def _urge(more: list[Act]) -> Act | None:
    """Who waits for a department can do one thing: urge it."""
    return next((act for act in more if act.name == "remind"), None)


def _rule(whistle: Whistle, rows: list[presenters.WhistleRow]) -> str:
    if whistle.state == "recalled":
        return _("Taken back: %(reason)s") % {"reason": whistle.end_reason}
    if whistle.state == "complete":
        return _("Complete: every department has closed or was let go by name.")
    rows = [row for row in rows if row.task.state not in LET_GO]
    n = len(rows)
    left = [row for row in rows if row.task.state not in ANSWERED]
    if not left:
        return _("All called departments have answered; the result is being checked.")
    if n == 1:
        return _("It closes once the department has replied and the reply was checked.")
    named = [row.task.department.short for row in left if row.task.department]
    names = "、".join(named[:MOST_NAMED])
    if len(named) > MOST_NAMED:
        names = _("%(names)s and %(n)s more") % {
            "names": names,
            "n": len(named) - MOST_NAMED,
        }
    words = _("It closes once all %(n)s departments have replied; missing: %(names)s.")
    return words % {"n": n, "names": names}


def stages() -> list[Any]:
    """The states of an open call, in order, as headings of the board."""
    return [WHISTLE_TASK[code] for code in OPEN_STAGES]


def board(rows: list[BoardRow]) -> list[dict[str, Any]]:
    """The board's rows with one figure per stage."""
    return [
        {
            "department": row.department,
            "figures": [
                (WHISTLE_TASK[code].label, row.stages.get(code, 0))
                for code in OPEN_STAGES
            ],
            "late": row.late,
            "open": row.open,
        }
        for row in rows
    ]


@dataclass(frozen=True)
class ListRow:
    """One whistle of the list."""

    row: Whistle
    names: str
    called: int
    reported_in: int
    answered: int


def rows(whistles: list[Whistle]) -> list[ListRow]:
    """Rows of the list of whistles, read by `queries.whistles.visible`."""
    out = []
    for whistle in whistles:
        calls: list[Task] = whistle.calls  # type: ignore[attr-defined]
        out.append(
            ListRow(
                row=whistle,
                names="、".join(t.department.short for t in calls if t.department),
                called=len(calls),
                reported_in=sum(t.reported_in_at is not None for t in calls),
                answered=sum(t.state in ANSWERED for t in calls),
            )
        )
    return out


def whistle(row: Whistle, user: User) -> dict[str, Any]:
    """The page of one whistle."""
    request = row.request
    board = next(b for b in presenters.whistle_rows(request) if b.whistle.pk == row.pk)
    is_now = row.round == request.round and bool(turns.open_tasks(request))
    turn, others, more = shown(request, user)
    shown_panel = panel(row, request, board.rows, user, is_now=is_now)
    return {
        "row": request,
        "whistle": shown_panel,
        "cards": call_cards(row, shown_panel.calls),
        "turn": turn,
        "others": others,
        "others_count": more,
    }
