"""The department's desk: its calls by stage."""

from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from governance.core.models import User
from grids.models import Department
from grids.scoping import scope_of
from requests_hub.filters import end_of_today
from requests_hub.models import Task
from requests_hub.paging import PAGE_SIZE, Page, count_many, newest_first, with_params
from requests_hub.queries.escalation import reminded
from requests_hub.queries.lists import NEVER, deadline_key, joined
from requests_hub.workflow_whistles import DISPUTED

TABS = ("report-in", "claim", "doing", "reply", "returned", "check", "done")
CLOCKS = {"report-in": "report_in_due_at", "returned": "decision_due_at"}
ENDED = ("closed", "released", "recalled")


def of_department(user: User) -> QuerySet[Task]:
    """The calls of the departments that this person works for."""
    return Task.objects.filter(
        kind="whistle", department_id__in=scope_of(user).departments
    )


def in_tab(rows: QuerySet[Task], tab: str) -> QuerySet[Task]:
    """The rows of one tab.

    "reply" is the part of "doing" that must be answered now: due today, late, or sent back.
    """
    if tab == "reply":
        pressing = Q(due_at__lte=end_of_today()) | Q(rework_count__gt=0)
        return rows.filter(pressing, state__in=("planned", "handling"))
    states = {
        "report-in": ("called",),
        "claim": ("reported_in",),
        "doing": ("claimed", "planned", "handling"),
        "returned": DISPUTED,
        "check": ("replied",),
        "done": ENDED,
    }[tab]
    return rows.filter(state__in=states)


def counts(user: User) -> dict[str, int]:
    """How many calls each tab has, and what is mine or late; one statement."""
    rows = of_department(user)
    parts = {tab.replace("-", "_"): in_tab(rows, tab) for tab in TABS}
    parts["own"] = rows.filter(
        holder=user, state__in=("claimed", "planned", "handling")
    )
    found = count_many(parts)
    return {name.replace("report_in", "report-in"): n for name, n in found.items()}


def rows(user: User, tab: str, params: QueryDict, *, total: int) -> Page[Task]:
    """One tab: what is open by its running clock, what has ended latest first."""
    tasks = joined(in_tab(of_department(user), tab), "request__").select_related(
        "department", "holder", "whistle", "whistle__blown_by"
    )
    tasks = tasks.annotate(reminders=reminded())
    if tab in ("done", "check"):
        return newest_first(tasks, params, total=total)
    clock = F(CLOCKS.get(tab, "due_at"))
    ordered = tasks.annotate(by=clock).order_by(F("by").asc(nulls_last=True), "pk")
    key = deadline_key(params.get("after", ""))
    if key:
        later = Q(by__gt=key[0]) | Q(by=key[0], pk__gt=key[1])
        # What has no deadline comes last, after every key that has one.
        later |= Q(by=None, pk__gt=key[1]) if key[0] == NEVER else Q(by=None)
        ordered = ordered.filter(later)
    found = list(ordered[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    last = found[PAGE_SIZE - 1] if more else None
    by = (getattr(last, "by", None) or NEVER).isoformat()
    return Page(
        rows=found[:PAGE_SIZE],
        next_query=with_params(params, after=f"{by}~{last.pk}") if last else "",
        first_query=with_params(params, after=None) or "?" if key else "",
        total=total,
    )


def own_departments(user: User) -> list[Department]:
    """The departments that this person works for, in official order."""
    return list(Department.objects.filter(pk__in=scope_of(user).departments))
