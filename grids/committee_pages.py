"""What the pages about joint committees show, read in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import attachments
from governance.core.models import Event, User
from governance.core.workflow import Step
from grids.actions import decisions as steps
from grids.actions.committees import may_keep
from grids.models import (
    CommitteeMember,
    Decision,
    JointCommittee,
    JointMeeting,
    MeetingNeed,
    MeetingOffer,
    NeedMatch,
)
from grids.resources import parts_of
from grids.team_pages import with_params

MOST = 200
TABS = (
    ("committees", gettext_lazy("Committees")),
    ("decisions", gettext_lazy("Decisions")),
)
STATES = (
    ("overdue", gettext_lazy("Overdue")),
    ("waiting", gettext_lazy("To be carried out")),
    ("done", gettext_lazy("To be checked")),
    ("checked", gettext_lazy("Checked")),
    ("dropped", gettext_lazy("Dropped")),
)


@dataclass(frozen=True)
class Row:
    """One committee in the list with its counts."""

    committee: JointCommittee
    members: int
    part_time: int
    last_met: Any
    next_meets: Any
    waiting: int
    late: int
    closed: int


@dataclass(frozen=True)
class Line:
    """One decision with what this person may do with it and what was said of it."""

    row: Decision
    steps: Sequence[Step]
    notes: Sequence[Event] = ()

    @property
    def is_late(self) -> bool:
        return self.row.days_late > 0


def index(user: User, params: QueryDict) -> dict[str, Any]:
    """The list of committees, or that of all their decisions."""
    tab = "decisions" if params.get("tab") == "decisions" else "committees"
    state = params.get("state", "")
    found = Decision.objects.visible_to(user).live()
    counts = found.aggregate(
        late=Count("pk", filter=_state_q("overdue")),
        waiting=Count("pk", filter=_state_q("waiting")),
        done=Count("pk", filter=_state_q("done")),
        checked=Count("pk", filter=_state_q("checked")),
    )
    context: dict[str, Any] = {
        "tab": tab,
        "counts": counts,
        "tabs": [
            {
                "label": label,
                "url": with_params(params, tab=key, state=None),
                "count": counts["waiting"] if key == "decisions" else None,
                "is_current": key == tab,
                "is_late": key == "decisions" and bool(counts["late"]),
            }
            for key, label in TABS
        ],
        "chips": [_state_chip(params, state)] if tab == "decisions" else [],
        "most": MOST,
    }
    if tab == "decisions":
        if state in dict(STATES):
            found = found.filter(_state_q(state))
        context["lines"] = lines(found.order_by("due_on", "pk")[:MOST], user)
    else:
        context["rows"] = rows(user)
    return context


def _state_q(state: str) -> Q:
    """Decisions as people ask for them; overdue is part of to be carried out."""
    waiting = Q(state__in=("open", "doing"))
    if state == "overdue":
        return waiting & Q(due_on__lt=timezone.localdate())
    return waiting if state == "waiting" else Q(state=state)


def _state_chip(params: QueryDict, state: str) -> dict[str, Any]:
    return {
        "name": "state",
        "label": gettext_lazy("State"),
        "value": dict(STATES).get(state, ""),
        "clear_url": with_params(params, state=None) or "?",
        "choices": [
            {"label": w, "url": with_params(params, state=c), "is_on": c == state}
            for c, w in STATES
        ],
    }


def rows(user: User) -> list[Row]:
    """Committees in the area, streets first, with counts; four statements."""
    found = JointCommittee.objects.visible_to(user).live()
    committees = list(found.select_related("large", "medium"))
    ids = [row.pk for row in committees]
    today = timezone.localdate()
    members = _counted(
        CommitteeMember.objects.current().filter(committee__in=ids),
        all=Count("pk"),
        part_time=Count("pk", filter=Q(kind="part_time")),
    )
    meetings = _counted(
        JointMeeting.objects.live().filter(committee__in=ids),
        last=Max("held_on", filter=Q(held_on__lte=today)),
        next=Min("held_on", filter=Q(held_on__gt=today)),
    )
    decided = _counted(
        Decision.objects.live().filter(committee__in=ids),
        waiting=Count("pk", filter=_state_q("waiting")),
        late=Count("pk", filter=_state_q("overdue")),
        closed=Count("pk", filter=_state_q("checked")),
    )
    out = [
        Row(
            row,
            members[row.pk].get("all", 0),
            members[row.pk].get("part_time", 0),
            meetings[row.pk].get("last"),
            meetings[row.pk].get("next"),
            decided[row.pk].get("waiting", 0),
            decided[row.pk].get("late", 0),
            decided[row.pk].get("closed", 0),
        )
        for row in committees
    ]
    return sorted(out, key=_by_place)


def _by_place(row: Row) -> tuple[str, str]:
    """Streets by code, each before its communities."""
    large, medium = row.committee.large, row.committee.medium
    return (large.code if large else "", medium.code if medium else "")


def _counted(
    found: "QuerySet[Any]", **counts: Any
) -> "defaultdict[int, dict[str, Any]]":
    out: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    grouped = found.order_by().values("committee_id").annotate(**counts)
    for row in grouped:
        out[row["committee_id"]] = row
    return out


def lines(
    found: "QuerySet[Decision]", user: User, *, notes: bool = False
) -> list[Line]:
    """Decisions with the steps this person may take; one statement, two with notes."""
    decisions = list(
        found.select_related("committee", "meeting", "department", "owner", "need")
    )
    said: defaultdict[int, list[Event]] = defaultdict(list)
    if notes:
        ids = [row.pk for row in decisions]
        names = [f"decision.{word}" for word in steps.PAST.values()]
        events = Event.objects.filter(thread_id__in=ids, name__in=names)
        for event in events.select_related("actor").order_by("-id"):
            said[event.thread_id].append(event)
    return [Line(row, steps.possible(row, user), said[row.pk]) for row in decisions]


def committee(row: JointCommittee, user: User) -> dict[str, Any]:
    """One committee: members, meetings, what is still to be done."""
    today = timezone.localdate()
    members = list(row.members.select_related("user"))
    now = [m for m in members if m.ends_on is None or m.ends_on >= today]
    meetings = row.meetings.live().order_by("-held_on")
    waiting = row.decisions.live().filter(state__in=("open", "doing", "done"))
    return {
        "committee": row,
        "groups": [
            ([m for m in now if m.kind == "ordinary"], _("Ordinary members")),
            ([m for m in now if m.kind == "part_time"], _("Part-time members")),
            ([m for m in members if m not in now], _("Left")),
        ],
        "meetings": meetings.annotate(
            decided=Count("decisions"),
            late=Count(
                "decisions",
                filter=Q(
                    decisions__state__in=("open", "doing"), decisions__due_on__lt=today
                ),
            ),
        ),
        "lines": lines(waiting.order_by("due_on", "pk"), user),
        "may_keep": may_keep(user, row),
    }


# --- One meeting --------------------------------------------------------------------------


@dataclass
class Need:
    """A need on the board: what answers it, and what could."""

    need: MeetingNeed
    matches: list[NeedMatch] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    free: list[tuple[MeetingOffer, bool]] = field(default_factory=list)


def fits(need: MeetingNeed, offer: MeetingOffer) -> bool:
    """The same kind of resource, or two neighbouring characters in common."""
    if need.kind and need.kind == offer.kind:
        return True
    return bool(parts_of(need.what) & parts_of(offer.what))


def board(row: JointMeeting) -> tuple[list[Need], list[MeetingOffer]]:
    """Needs with their matches, and offers; what fits comes first. Four statements."""
    offers = list(
        row.offers.filter(is_dropped=False).select_related("resource").order_by("pk")
    )
    matched = NeedMatch.objects.select_related("offer")
    needs = row.needs.filter(is_dropped=False).prefetch_related(
        Prefetch("matches", matched), "decisions"
    )
    out = []
    for need in needs:
        matches = list(need.matches.all())
        taken = {match.offer_id for match in matches}
        free = [(o, fits(need, o)) for o in offers if o.pk not in taken]
        free.sort(key=lambda pair: (not pair[1], pair[0].pk))
        out.append(Need(need, matches, list(need.decisions.all()), free))
    return out, offers


def meeting(row: JointMeeting, user: User) -> dict[str, Any]:
    """One meeting: agenda, who was there, the board, the decisions."""
    needs, offers = board(row)
    present = set(row.attended.values_list("pk", flat=True))
    members = [
        m
        for m in row.committee.members.all()
        if m.pk in present
        or (m.starts_on <= row.held_on and (not m.ends_on or m.ends_on >= row.held_on))
    ]
    return {
        "meeting": row,
        "committee": row.committee,
        "members": members,
        "present": [m for m in members if m.pk in present],
        "needs": needs,
        "offers": offers,
        "open_needs": sum(1 for n in needs if not n.matches),
        "lines": lines(row.decisions.live().order_by("number"), user, notes=True),
        "files": attachments.of(row),
        "may_keep": may_keep(user, row),
    }
