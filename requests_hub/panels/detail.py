"""One request on one page."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import worktime
from governance.core.models import Attachment, User
from grids import locate
from grids.scoping import scope_of
from requests_hub import history, turns
from requests_hub.actions import guards, privacy, reporting, steps
from requests_hub.actions.redaction import REDACTORS
from requests_hub.models import Request
from requests_hub.panels import escalation
from requests_hub.panels.maps import of_request
from requests_hub.panels.ruler import ruler
from requests_hub.panels.turns import Act, acts, acts_aside, shown
from requests_hub.panels.whistles import panels
from requests_hub.queries import needs

LINE_FILTERS = (
    ("all", gettext_lazy("All")),
    ("steps", gettext_lazy("Steps")),
    ("notes", gettext_lazy("Remarks")),
)
# In the whistle's panel, beside the department that they are about.
SCORES = ("score", "score_call")
URGES = ("remind", "supervise")
ASIDE = ("release", "recall", "pause", "run_again")
OFFICERS_OWN = ("report_in", "claim", "plan", "handle", "reply", "send_back")
CHANNEL_ICONS = {
    "public": "phone",
    "field": "person-badge",
    "staff": "telephone",
    "hotline": "telephone-fill",
    "api": "link-45deg",
    "open311": "diagram-3",
    "email": "envelope",
    "sms": "chat-left-text",
}


@dataclass(frozen=True)
class Line:
    """One line of the timeline, as its template reads it."""

    who: str
    verb: str
    when: datetime | None
    note: str
    tone: str
    icon: str
    used: str
    is_awaited: bool
    attachments: list[Attachment]


def detail(row: Request, user: User, *, shown_lines: str) -> dict[str, Any]:
    """The page's context: tasks, events and files are one statement each."""
    tasks = history.tasks_of(row)
    turn, others, more = shown(row, user)
    own, of_tasks = acts(row, user), _task_acts(row, user)
    return {
        "row": row,
        "crumbs": crumbs(row),
        "map": of_request(row),
        "channel_icon": CHANNEL_ICONS[row.channel],
        "reporter_email": reporting.email_of(row),
        "used_words": _used(row),
        "turn": turn,
        "others": others,
        "others_count": more,
        "ruler": ruler(row, tasks) if row.state_info.is_open else None,
        "whistles": panels(row, user),
        "photos": [
            f for f in history.files_of(row) if f.purpose == "before" and f.is_image
        ],
        "shown": shown_lines,
        "line_filters": LINE_FILTERS,
        "entries": lines(row, user, shown_lines),
        "steps": own,
        **aside(row, user),
        "task_steps": of_tasks,
        "headline": _headline(own, of_tasks),
        "standing_words": _standing(row, user),
        "may_unmask": privacy.may_unmask(user),
        "unmask_reasons": privacy.REASONS,
    }


def aside(row: Request, user: User) -> dict[str, Any]:
    """What was asked for and decided, who goes along, and the steps aside of the main way."""
    decisions, others = acts_aside(row, user)
    proposals = guards.proposals_of(row)
    return {
        "decisions": decisions,
        "aside_steps": others,
        "refused_steps": steps.refused(row, user),
        "proposals": [p for p in proposals if p.state != "dropped"],
        "standing": [
            p for p in proposals if p.state == "approved" and p.ended_at is None
        ],
        "followers": list(row.followers.all()) if _has(row, "request.joined") else [],
        "origin": needs.origin(row, user) if _has(row, "request.from_need") else None,
        "looks": [t for t in history.tasks_of(row) if t.finding],
        "may_redact": scope_of(user).holds(REDACTORS, row),
    }


def _headline(own: list[Act], of_tasks: list[Act]) -> Act | None:
    """The one button in front: what brings it on, by the request or by a call of this person."""
    ahead = [act for act in (*own, *of_tasks) if act.is_main and act.name not in URGES]
    return next(iter((*ahead, *own)), None)


def _has(row: Request, name: str) -> bool:
    """Whether it has heard so; of the others nothing is asked (no statement)."""
    return any(e.name == name for e in history.events_of(row))


def crumbs(row: Request) -> list[locate.Place]:
    """The grids a request lies in, from town to smallest."""
    ids = (row.large_id, row.medium_id, row.small_id, row.micro_id)
    return locate.places_of([pk for pk in ids if pk])


def _used(row: Request) -> str:
    """Working time since it was asked, while it is open."""
    if not row.state_info.is_open:
        return ""
    used = worktime.working_between(row.submitted_at, timezone.now())
    amount = worktime.format_amount(used.total_seconds())
    return _("%(time)s of working time used") % {"time": amount}


def lines(row: Request, user: User, shown_lines: str) -> list[Line]:
    """The timeline under its filter: all, steps, or remarks."""
    out = []
    for entry in history.timeline(row, user):
        if shown_lines == "steps" and entry.is_note:
            continue
        if shown_lines == "notes" and not (entry.is_note or entry.note):
            continue
        out.append(
            Line(
                who="" if entry.is_awaited else entry.who,
                verb=entry.verb,
                when=entry.at,
                note=entry.note,
                tone=entry.tone,
                icon=entry.icon,
                used=_("took %(time)s") % {"time": entry.took} if entry.took else "",
                is_awaited=entry.is_awaited,
                attachments=[file for file in entry.files if file.is_image],
            )
        )
    return out


def _task_acts(row: Request, user: User) -> list[Act]:
    """What this person may do with the request's open tasks; releases name the unit."""
    out: list[Act] = []
    for task in turns.open_tasks(row):
        unit = task.department.short if task.department else str(task.holder or "")
        for act in acts(task, user):
            if act.name in ASIDE:
                continue
            note = unit if act.name not in OFFICERS_OWN else act.note
            out.append(replace(act, note=note))
        out += escalation.acts(task, user)
    return [*out, *_scores(row, user)]


def _scores(row: Request, user: User) -> list[Act]:
    """What either side of a closed call may still say of the other, once."""
    out = []
    for task in history.tasks_of(row):
        if task.state == "closed" and task.whistle_id and task.department:
            given = [act for act in acts(task, user) if act.name in SCORES]
            out += [replace(act, note=task.department.short) for act in given]
    return out


def _standing(row: Request, user: User) -> str:
    """As what one looks at it, in a few words."""
    scope = scope_of(user)
    if scope.holds(("township", "district"), row):
        return _("you sit at the desk")
    if scope.departments:
        return _("your department was called")
    if scope.holds(("grid_leader", "grid_worker", "liaison"), row):
        return _("it lies in your grid")
    return ""
