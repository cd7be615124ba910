"""The one table of everything that somebody must do by a deadline."""

from datetime import UTC, datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State, Workflow
from grids.models import Department, Grid
from grids.models.places import Placed, place_indexes
from grids.scoping import GridScopedQuerySet, Scope, Viewer, held_q, scope_of
from requests_hub.models.escalation import Ladder
from requests_hub.models.requests import HANDLES, Request, grid_branches
from requests_hub.models.whistles import Whistle
from requests_hub.workflow import (
    DESK,
    FINDINGS,
    GRID,
    GRID_TASK,
    LOOK_TASK,
    TASK_MACHINES,
    WHISTLE_TASK,
)
from requests_hub.workflow_whistles import AT_WORK, DISPUTED, MOST_RETURNS

OPEN_STATES = sorted({*WHISTLE_TASK.open_states, *GRID_TASK.open_states})
# These wait for a step of the request, which has a limit of its own that the auditor watches.
WITH_REQUEST = ("replied", "confirming")
# Open, and the department or person itself must act.
WAITING = [s for s in OPEN_STATES if s not in (*WITH_REQUEST, *DISPUTED)]
# Open states in which somebody must do something about the task itself: the sweep looks at each.
LOOKED_AT = sorted({*WAITING, *DISPUTED})
OPEN = Q(state__in=OPEN_STATES)
# Of a grid, for whoever takes it first.
FREE = Q(kind="grid", holder__isnull=True, state="offered")
LOOK = datetime(2000, 1, 1, tzinfo=UTC)
# The desk or the district owes an answer: to a return, or to who asked for more time.
TO_DECIDE = Q(state__in=DISPUTED) | Q(extension_state="asked", state__in=AT_WORK)


SAME_REQUEST = pgtrigger.Trigger(
    name="same_request",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("whistle_id", "request_id"),
    condition=pgtrigger.Q(new__whistle__isnull=False),
    func="""
        IF NOT EXISTS (SELECT 1 FROM requests_hub_whistle
                       WHERE id = NEW.whistle_id AND request_id = NEW.request_id) THEN
          RAISE EXCEPTION 'onegrid: a task belongs to its whistle''s request'
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# What waits has a moment at which somebody looks at it. Whoever changes a deadline or a state, the
# sweep looks again; 2000-01-01 is "now" for every clock (see `actions.escalation.sweep`).
LOOK_AGAIN = pgtrigger.Trigger(
    name="look_again",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert
    | pgtrigger.UpdateOf(
        "state",
        "due_at",
        "report_in_due_at",
        "plan_due_at",
        "paused_at",
        "paused_until_at",
        "decision_due_at",
        "rework_count",
        "ladder_id",
    ),
    func=f"""
        IF NEW.state NOT IN ({", ".join(f"'{state}'" for state in LOOKED_AT)}) THEN
          NEW.next_at := NULL;
          RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' THEN
          IF (NEW.state, NEW.due_at, NEW.report_in_due_at, NEW.plan_due_at, NEW.paused_at,
              NEW.paused_until_at, NEW.decision_due_at, NEW.rework_count, NEW.ladder_id)
             IS NOT DISTINCT FROM
             (OLD.state, OLD.due_at, OLD.report_in_due_at, OLD.plan_due_at, OLD.paused_at,
              OLD.paused_until_at, OLD.decision_due_at, OLD.rework_count, OLD.ladder_id)
          THEN RETURN NEW; END IF;
        END IF;
        NEW.next_at := '2000-01-01T00:00:00Z';
        RETURN NEW;
    """,
)

# A whistle that is over calls nobody any more.
WHISTLE_RUNS = pgtrigger.Trigger(
    name="whistle_runs",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__whistle__isnull=False),
    func="""
        PERFORM 1 FROM requests_hub_whistle
          WHERE id = NEW.whistle_id AND state = 'running' FOR SHARE;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'onegrid: whistle % is over', NEW.whistle_id
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


CALLS_REQUEST = pgtrigger.Trigger(
    name="calls_request",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("request_id", "department_id"),
    condition=pgtrigger.Q(new__department__isnull=False, new__request__isnull=False),
    func="""
        UPDATE requests_hub_request SET is_called = TRUE
          WHERE id = NEW.request_id AND NOT is_called;
        RETURN NULL;
    """,
)


class TaskQuerySet(GridScopedQuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(OPEN)

    def overdue(self) -> "TaskQuerySet":
        """Late to report in, or late to reply; what has been replied is not."""
        now = timezone.now()
        waiting = Q(state__in=WAITING) & ~Q(state="called")
        return self.filter(
            Q(state="called", report_in_due_at__lt=now) | waiting & Q(due_at__lt=now)
        )

    def awaiting(self, user: Viewer) -> "TaskQuerySet":
        """Those that this person can move on now."""
        scope = scope_of(user)
        if scope.user_id is None:
            return self.none()
        free = Q(holder__isnull=True) & (
            Q(department_id__in=scope.departments)
            | Q(kind__in=("grid", "look"), department__isnull=True)
            & held_q(scope, GRID)
        )
        return self.filter(Q(state__in=WAITING), Q(holder_id=scope.user_id) | free)

    def to_decide(self, scope: Scope) -> "TaskQuerySet":
        """Returns and extensions that wait for an answer of these posts."""
        by_desk = TO_DECIDE & ~Q(state="ruling") & held_q(scope, DESK)
        by_district = Q(state="ruling") & held_q(scope, ("district",))
        return self.filter(TO_DECIDE, by_desk | by_district)

    def given_to_grid(self, user_id: int | None) -> "TaskQuerySet":
        """Those that this person was given, and those that any of the grid's people may take."""
        free = Q(kind__in=("grid", "look"), holder__isnull=True)
        return self.filter(Q(holder_id=user_id) | free)

    def scope_branches(self, scope: Scope) -> list[Q]:
        """As with requests: a task of a private one is for its handlers alone."""
        seen = Q(request__isnull=True) | Q(request__is_private=False)
        free = Q(kind__in=("grid", "look"), holder__isnull=True)
        branches = [
            Q(district_id=pk)
            if any((role, "district", pk) in scope.held for role in HANDLES)
            else Q(district_id=pk) & seen
            for pk in sorted(scope.districts)
        ]
        branches += grid_branches(scope, seen | free)
        branches += [Q(department_id=pk) for pk in sorted(scope.departments)]
        if scope.user_id:
            branches.append(Q(holder_id=scope.user_id))
        return branches


class Task(Placed):
    """One thing to do: kind, holder (a department or a person), place, due, state."""

    class Kind(models.TextChoices):
        WHISTLE = "whistle", _("answer a whistle")
        GRID = "grid", _("grid task")
        LOOK = "look", _("look before registering")

    id = TimeOrderedIdField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=sorted(
            {c: label for m in TASK_MACHINES.values() for c, label in m.choices}.items()
        ),
    )
    request = models.ForeignKey(
        Request, models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_lead = models.BooleanField(_("lead"), default=False)
    title = models.CharField(_("title"), max_length=120)
    created_at = models.DateTimeField(_("created"))
    report_in_limit = models.CharField(_("report in within"), max_length=16, blank=True)
    report_in_due_at = models.DateTimeField(_("report in by"), null=True, blank=True)
    reported_in_at = models.DateTimeField(_("reported in"), null=True, blank=True)
    limit = models.CharField(_("time limit"), max_length=16, blank=True)
    due_from_at = models.DateTimeField(_("time runs from"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    extension_limit = models.CharField(_("extended by"), max_length=16, blank=True)
    extension_state = models.CharField(
        _("extension"),
        max_length=8,
        blank=True,
        choices=(
            ("asked", _("asked for")),
            ("granted", _("granted")),
            ("refused", _("refused")),
        ),
    )
    plan_limit = models.CharField(_("plan within"), max_length=16, blank=True)
    plan_due_at = models.DateTimeField(_("plan by"), null=True, blank=True)
    planned_at = models.DateTimeField(_("planned"), null=True, blank=True)
    plan = models.TextField(_("plan"), blank=True)
    planned_for = models.DateTimeField(_("planned day"), null=True, blank=True)
    plan_steps = models.JSONField(_("steps of the plan"), default=list, blank=True)
    return_limit = models.CharField(_("return within"), max_length=16, blank=True)
    return_from_at = models.DateTimeField(
        _("return window from"), null=True, blank=True
    )
    return_due_at = models.DateTimeField(_("return until"), null=True, blank=True)
    return_count = models.PositiveSmallIntegerField(_("returned"), default=0)
    is_ruled = models.BooleanField(_("ruled by the district"), default=False)
    decision_limit = models.CharField(_("decide within"), max_length=16, blank=True)
    decision_from_at = models.DateTimeField(_("to decide since"), null=True, blank=True)
    decision_due_at = models.DateTimeField(_("decide by"), null=True, blank=True)
    is_scored_by_desk = models.BooleanField(_("desk has scored"), default=False)
    is_scored_by_department = models.BooleanField(
        _("department has scored"), default=False
    )
    paused_at = models.DateTimeField(_("on hold since"), null=True, blank=True)
    paused_until_at = models.DateTimeField(_("on hold until"), null=True, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    reply = models.TextField(_("reply"), blank=True)
    finding = models.CharField(
        _("what was found"), max_length=12, choices=FINDINGS, blank=True, db_default=""
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    end_reason = models.TextField(_("why it ended"), blank=True)
    rework_count = models.PositiveSmallIntegerField(_("sent back"), default=0)
    ladder = models.ForeignKey(
        Ladder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    next_at = models.DateTimeField(_("looked at next"), null=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            *place_indexes("hub_task", OPEN),
            models.Index(fields=["department", "-id"], name="hub_task_department"),
            models.Index(
                fields=["department", "-request"], name="hub_task_department_request"
            ),
            models.Index(
                fields=["department", "due_at"],
                include=[
                    "id",
                    "kind",
                    "state",
                    "report_in_due_at",
                    "decision_due_at",
                ],
                name="hub_task_department_open",
                condition=OPEN,
            ),
            models.Index(fields=["grid"], name="hub_task_free", condition=FREE),
            models.Index(fields=["holder", "-id"], name="hub_task_holder"),
            models.Index(
                fields=["holder", "due_at"], name="hub_task_holder_open", condition=OPEN
            ),
            models.Index(fields=["due_at"], name="hub_task_due", condition=OPEN),
            models.Index(
                fields=["district", "large"],
                name="hub_task_to_decide",
                condition=TO_DECIDE,
            ),
            models.Index(
                fields=["report_in_due_at"],
                name="hub_task_report_in",
                condition=Q(state="called"),
            ),
            models.Index(
                fields=["next_at"],
                name="hub_task_next",
                condition=Q(next_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["whistle", "department"],
                condition=Q(whistle__isnull=False),
                name="requests_hub_task_one_per_department",
            ),
            models.UniqueConstraint(
                fields=["whistle"],
                condition=Q(is_lead=True),
                name="requests_hub_task_one_lead",
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=False)
                | Q(holder__isnull=False)
                | Q(grid__isnull=False),
                name="requests_hub_task_has_holder",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "recalled"])
                | Q(ended_by__isnull=False) & ~Q(end_reason=""),
                name="requests_hub_task_let_go_by_name",
            ),
            models.CheckConstraint(
                condition=Q(return_count__lte=MOST_RETURNS),
                name="requests_hub_task_returned_at_most",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DISPUTED) | Q(is_ruled=False),
                name="requests_hub_task_ruled_is_binding",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True)
                | Q(state__in=[*AT_WORK, *DISPUTED]),
                name="requests_hub_task_on_hold_while_open",
            ),
        ]
        triggers = [
            *WHISTLE_TASK.triggers(condition="NEW.kind = 'whistle'"),
            *GRID_TASK.triggers(condition="NEW.kind = 'grid'"),
            *LOOK_TASK.triggers(condition="NEW.kind = 'look'"),
            SAME_REQUEST,
            LOOK_AGAIN,
            WHISTLE_RUNS,
            CALLS_REQUEST,
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def machine(self) -> Workflow:
        return TASK_MACHINES[self.kind]

    @property
    def state_info(self) -> State:
        return TASK_MACHINES[self.kind][self.state]

    @property
    def is_emergency(self) -> bool:
        """Of an emergency whistle: counted round the clock, never on hold."""
        return self.report_in_limit.endswith("/c")

    @property
    def is_paused(self) -> bool:
        """Its clocks stand."""
        return self.paused_at is not None
