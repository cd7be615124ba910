"""The nets of other work lines, and which integrated grids they correspond to.

A line keeps its own list of grids with its own codes. `LineMapping` ties a line grid to one or
more integrated grids; confirmed ones keep the line's code and name as they were, so that its
reports can still be made. What waits for a decision is on the review desk: `LineGrid.desk`.
"""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models.places import Placed
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.support import Department
from grids.models.tree import District, Grid
from grids.scoping import GridScopedQuerySet, Scope, Viewer, posts_of
from grids.workflow import LINE_GRID

LINES = "work_lines"


class WorkLineQuerySet(models.QuerySet["WorkLine"]):
    def visible_to(self, user: Viewer) -> Self:
        """Lines are no secret: whoever has a post in the district knows them."""
        return self.filter(
            district_id__in={post.district_id for post in posts_of(user)}
        )

    def led_by(self, departments: Any) -> Self:
        return self.filter(lead_department_id__in=departments)


@tracked
class WorkLine(models.Model):
    """Settings of one work line of a district. `line` is a code of the dictionary `work_lines`.

    `level` is the level of integrated grid that its own grids are meant to fit; `sure_from` the
    score (0 to 1) from which a proposal counts as clear.
    """

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    line = models.CharField(_("work line"), max_length=60)
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_lines",
        verbose_name=_("lead department"),
    )
    level = models.CharField(
        _("level its grids fit"),
        max_length=8,
        choices=Grid.Level.choices,
        default=Grid.Level.SMALL,
    )
    sure_from = models.FloatField(_("clear from this score"), default=0.8)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WorkLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("work line")
        verbose_name_plural = _("work lines")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "line"], name="grids_workline_once"
            ),
            models.CheckConstraint(
                name="grids_workline_sure_from",
                condition=Q(sure_from__gte=0.5, sure_from__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.line


class DutyQuerySet(RecordQuerySet["LineDuty"]):
    def visible_to(self, user: Viewer) -> Self:
        """Duties are no secret either."""
        return self.filter(
            district_id__in={post.district_id for post in posts_of(user)}
        )

    def on(self, day: Any) -> Self:
        """In force that day."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            ended_on__isnull=True,
        )


@tracked
class LineDuty(Record):
    """What a line asks of the grids of one level: a plan of the time grid.

    `rule` is an RFC 5545 RRULE without DTSTART; empty means whenever there is cause.
    `day_rule` says what happens when it falls on a day off.
    """

    class DayRule(models.TextChoices):
        ANY = "any", _("also on days off")
        NEXT = "next", _("next working day")
        PREVIOUS = "previous", _("working day before")
        SKIP = "skip", _("left out on days off")

    class Role(models.TextChoices):
        TOWNSHIP = "township", _("township staff")
        GRID_LEADER = "grid_leader", _("grid leader")
        GRID_WORKER = "grid_worker", _("grid worker")
        LIAISON = "liaison", _("liaison")
        OFFICER = "officer", _("department officer")
        GOOD_PERSON = "good_person", _("good person")

    line = models.CharField(_("work line"), max_length=60)
    level = models.CharField(_("level"), max_length=8, choices=Grid.Level.choices)
    area_type = models.CharField(
        _("area type"), max_length=10, choices=Grid.AreaType.choices, blank=True
    )
    what = models.CharField(_("duty"), max_length=120)
    rule = models.CharField(_("how often"), max_length=200, blank=True)
    day_rule = models.CharField(
        _("on days off"), max_length=8, choices=DayRule.choices, default=DayRule.NEXT
    )
    role = models.CharField(_("done by"), max_length=12, choices=Role.choices)
    starts_on = models.DateField(pgettext_lazy("date", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("date", "to"), null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty of a work line")
        verbose_name_plural = _("duties of work lines")
        constraints = [
            models.UniqueConstraint(
                name="grids_lineduty_once",
                fields=["district", "line", "level", "area_type", "what"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_lineduty_dates",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.what


def led_lines(scope: Scope) -> Q:
    """Rows of the lines that somebody's department leads."""
    lines = WorkLine.objects.led_by(sorted(scope.departments))
    return Q(Exists(lines.filter(district=OuterRef("district"), line=OuterRef("line"))))


OWN_NOT_MAPPED = pgtrigger.Trigger(
    name="own_not_mapped",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("decision"),
    condition=pgtrigger.Q(new__decision="own"),
    func=(
        "IF EXISTS (SELECT 1 FROM grids_linemapping m WHERE m.line_grid_id = NEW.id"
        " AND m.state = 'confirmed') THEN"
        " RAISE EXCEPTION 'onegrid: line grid % is mapped', NEW.id"
        " USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
    ),
)
NOT_MAPPED_WHEN_OWN = pgtrigger.Trigger(
    name="not_mapped_when_own",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
    condition=pgtrigger.Q(new__state="confirmed"),
    func=(
        "IF EXISTS (SELECT 1 FROM grids_linegrid g WHERE g.id = NEW.line_grid_id"
        " AND g.decision = 'own') THEN"
        " RAISE EXCEPTION 'onegrid: line grid % is only of its line', NEW.line_grid_id"
        " USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
    ),
)


class LineGridQuerySet(RecordQuerySet["LineGrid"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """By place; and a lead department sees its own line everywhere."""
        branches = super().scope_branches(scope)
        return [*branches, led_lines(scope)] if scope.departments else branches


@tracked
class LineGrid(Record):
    """One grid of a line's own net, with the line's own code.

    Its place is the town it was listed for until it is mapped, then where its grids lie.
    `missing_since` is the day on which a newer list no longer had it. `twins` are ids of other
    lines' grids with the same outline. `needs_match`: its candidates are not of today.
    `decision` own: the line alone has such a grid, for the reason written; it is no longer open.
    """

    class Desk(models.TextChoices):
        CLEAR = "clear", _("to confirm")
        UNMATCHED = "unmatched", _("unmatched")
        OVERLAPPING = "overlapping", _("overlapping")
        DOUBLED = "doubled", _("doubly mapped")
        CONTESTED = "contested", _("contested")
        CHANGED = "changed", _("changed since")
        CONFIRMED = "confirmed", _("mapped")
        OWN = "own", _("only of this line")

    line = models.CharField(_("work line"), max_length=60)
    code = models.CharField(_("own code"), max_length=40)
    name = models.CharField(_("own name"), max_length=80)
    parent_code = models.CharField(_("code above"), max_length=40, blank=True)
    parent_name = models.CharField(_("name above"), max_length=80, blank=True)
    level = models.CharField(
        _("level"), max_length=8, choices=Grid.Level.choices, blank=True
    )
    leader_name = models.CharField(_("leader"), max_length=40, blank=True)
    batch = models.CharField(_("list"), max_length=40, blank=True)
    missing_since = models.DateField(_("not listed since"), null=True, blank=True)
    desk = models.CharField(
        _("review"), max_length=12, choices=Desk.choices, default=Desk.UNMATCHED
    )
    top_score = models.FloatField(_("best score"), default=0)
    findings = models.JSONField(_("why it is there"), default=list)
    twins = models.JSONField(default=list, editable=False)
    needs_match = models.BooleanField(default=True, editable=False)
    decision = models.CharField(
        pgettext_lazy("mapping", "decision"),
        max_length=8,
        choices=LINE_GRID.choices,
        default="open",
    )
    own_reason = models.CharField(
        _("why only of this line"), max_length=200, blank=True
    )
    own_label = models.CharField(_("decided by"), max_length=80, blank=True)
    own_at = models.DateTimeField(_("decided"), null=True)

    objects = LineGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid of a work line")
        verbose_name_plural = _("grids of work lines")
        constraints = [
            models.UniqueConstraint(
                name="grids_linegrid_own_code",
                fields=["district", "line", "code"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("The line already has this code."),
            ),
            models.CheckConstraint(
                name="grids_linegrid_own_said",
                condition=~Q(decision="own")
                | (~Q(own_reason="") & Q(own_at__isnull=False)),
            ),
        ]
        indexes = [
            *record_indexes("grids_linegrid"),
            models.Index(
                fields=["district", "line", "desk", "-id"],
                name="grids_linegrid_desk",
                condition=Q(ended_on__isnull=True),
            ),
            models.Index(
                fields=["district", "line", "id"],
                name="grids_linegrid_stale",
                condition=Q(ended_on__isnull=True, needs_match=True),
            ),
        ]
        triggers = [*LINE_GRID.triggers(column="decision"), OWN_NOT_MAPPED]

    def __str__(self) -> str:
        return self.name


class LineShape(models.Model):
    """The polygon of a line grid (GeoJSON, CGCS2000), with its bounds in degrees."""

    line_grid = models.OneToOneField(
        LineGrid, models.CASCADE, primary_key=True, related_name="shape"
    )
    geometry = models.JSONField(_("polygon"))
    min_lon = models.FloatField(editable=False)
    min_lat = models.FloatField(editable=False)
    max_lon = models.FloatField(editable=False)
    max_lat = models.FloatField(editable=False)

    class Meta:
        verbose_name = _("polygon of a work line")
        verbose_name_plural = _("polygons of work lines")

    def __str__(self) -> str:
        return str(self.line_grid_id)


class MappingQuerySet(GridScopedQuerySet["LineMapping"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """By the place of the integrated grid; and a lead department sees its own line."""
        branches = super().scope_branches(scope)
        return [*branches, led_lines(scope)] if scope.departments else branches

    def confirmed(self) -> Self:
        return self.filter(state=LineMapping.State.CONFIRMED)


@tracked
class LineMapping(Placed):
    """A line grid and an integrated grid that belong together, or might.

    The five place columns are those of the grid. Shares are of areas, 0 to 1, None without
    polygons. `own_code` and `own_name` are the line's words at the time of the decision and stay.
    `recheck` names the event that made a confirmed mapping doubtful; it holds until decided anew.
    """

    class Kind(models.TextChoices):
        EXACT = "exact", _("the same area")
        PART = "part", _("part of the grid")
        CONTAINS = "contains", _("contains the grid")
        OVERLAPS = "overlaps", _("overlaps the grid")

    class Method(models.TextChoices):
        CODE = "code", _("by code")
        NAME = "name", _("by name")
        AREA = "area", _("by area")
        MANUAL = "manual", _("by hand")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")
        ENDED = "ended", _("no longer")

    id = TimeOrderedIdField()
    line_grid = models.ForeignKey(LineGrid, models.PROTECT, related_name="mappings")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="line_mappings")
    line = models.CharField(_("work line"), max_length=60)
    own_code = models.CharField(_("own code"), max_length=40)
    own_name = models.CharField(_("own name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    method = models.CharField(_("found"), max_length=8, choices=Method.choices)
    score = models.FloatField(_("score"), default=0)
    share_of_line = models.FloatField(_("share of the line's grid"), null=True)
    share_of_grid = models.FloatField(_("share of the grid"), null=True)
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    recheck = models.CharField(_("to look at again"), max_length=40, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_label = models.CharField(_("decided by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found on"), default=timezone.now)

    objects = MappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mapping of a line grid")
        verbose_name_plural = _("mappings of line grids")
        constraints = [
            models.UniqueConstraint(
                fields=["line_grid", "grid"], name="grids_linemapping_once"
            ),
            models.CheckConstraint(
                name="grids_linemapping_score", condition=Q(score__gte=0, score__lte=1)
            ),
            models.CheckConstraint(
                name="grids_linemapping_decided",
                condition=~Q(state="confirmed") | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["grid", "state"], name="grids_linemapping_grid"),
            models.Index(
                fields=["district", "line", "state"], name="grids_linemapping_line"
            ),
            *(
                models.Index(fields=[level, "state"], name=f"grids_linemapping_{level}")
                for level in ("large", "medium", "small", "micro")
            ),
        ]
        triggers = [NOT_MAPPED_WHEN_OWN]

    def __str__(self) -> str:
        return f"{self.own_code} {self.grid_id}"


class MatchRun(models.Model):
    """One matching of a line's grids, done by a worker in pieces: those with `needs_match`.

    `counts` are line grids by desk when it was done.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    line = models.CharField(_("work line"), max_length=60)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    asked_label = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("matching")
        verbose_name_plural = _("matchings")
        constraints = [
            models.UniqueConstraint(
                name="grids_matchrun_one_open",
                fields=["district", "line"],
                condition=~Q(state="done"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.done}/{self.total}"

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


class LineList(models.Model):
    """A list of a line as it was handed in, compared with what is known; nothing is written yet.

    `rows` has {"cells": [cells by column], "faults": [{"row", "column", "message"}],
    "has_polygons": whether cells hold "geometry"}. What is new, changed or gone is asked of the
    database when it is shown and when it is taken over.
    `large` is the town whose list it is; empty, the whole district's.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("to look at")
        APPLIED = "applied", _("taken over")
        DROPPED = "dropped", _("dropped")

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    line = models.CharField(_("work line"), max_length=60)
    large = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    rows = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.STAGED
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("list of a work line")
        verbose_name_plural = _("lists of work lines")

    def __str__(self) -> str:
        return self.file_name
