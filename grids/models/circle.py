"""The 15-minute circle: its rule, the walking network, runs and what they found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models.households import Household
from grids.models.places import Placed
from grids.models.records import tracked
from grids.models.sites import Site
from grids.models.tree import District, Grid
from grids.scoping import GridScopedQuerySet


def starting_minutes() -> int:
    return int(settings.CIRCLE_MINUTES)


def starting_speed() -> float:
    return float(settings.CIRCLE_SPEED_M_PER_MIN)


def starting_detour() -> float:
    return float(settings.CIRCLE_DETOUR)


@tracked
class CircleRule(models.Model):
    """How one district reckons walking time; `version` rises with every change.

    `snap_m` is how far a point may lie from a path to walk on it; `suggestions` how many next
    sites are proposed.
    """

    district = models.OneToOneField(District, models.CASCADE, primary_key=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=starting_minutes)
    speed_m_per_min = models.FloatField(
        _("walking speed (metres a minute)"), default=starting_speed
    )
    detour = models.FloatField(_("detour factor"), default=starting_detour)
    snap_m = models.PositiveIntegerField(
        _("farthest from a path (metres)"), default=150
    )
    suggestions = models.PositiveSmallIntegerField(_("sites to propose"), default=5)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("rule of the circle")
        verbose_name_plural = _("rules of the circle")
        constraints = [
            models.CheckConstraint(
                name="grids_circlerule_sensible",
                condition=Q(minutes__gte=1, minutes__lte=120)
                & Q(speed_m_per_min__gte=20, speed_m_per_min__lte=200)
                & Q(detour__gte=1, detour__lte=3)
                & Q(snap_m__lte=2000)
                & Q(suggestions__lte=50),
            )
        ]

    def __str__(self) -> str:
        return f"{self.district_id}: {self.minutes} min"


class WalkNetwork(models.Model):
    """Paths to walk on, as GeoJSON lines in WGS 84; one a district is in use."""

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    lines = models.JSONField(
        _("lines"),
        help_text=_("A list of lines; each a list of [longitude, latitude]."),
    )
    length_m = models.FloatField(_("length in metres"))
    is_active = models.BooleanField(_("in use"), default=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("walking network")
        verbose_name_plural = _("walking networks")
        constraints = [
            models.UniqueConstraint(
                name="grids_walknetwork_one_in_use",
                fields=["district"],
                condition=Q(is_active=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class CircleRunQuerySet(GridScopedQuerySet["CircleRun"]):
    def done(self) -> "CircleRunQuerySet":
        return self.filter(state=CircleRun.State.DONE)

    def under_way(self) -> "CircleRunQuerySet":
        return self.filter(state__in=[CircleRun.State.QUEUED, CircleRun.State.RUNNING])


class CircleRun(Placed):
    """One reckoning for a district, or for one grid of it (the place columns say which).

    `inputs` is the state of sites, grids, households, network and rule that it saw; `rule` their
    values; `result` what the page shows: totals, suggestions, the method used.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("run", "waiting")
        RUNNING = "running", pgettext_lazy("run", "running")
        DONE = "done", pgettext_lazy("run", "done")
        FAILED = "failed", pgettext_lazy("run", "failed")

    id = TimeOrderedIdField()
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.QUEUED
    )
    inputs = models.CharField(max_length=64)
    rule = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    step = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), db_default=Now(), editable=False)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = CircleRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("reckoning of the circle")
        verbose_name_plural = _("reckonings of the circle")
        indexes = [
            models.Index(fields=["district", "-id"], name="grids_circlerun_district"),
            models.Index(
                fields=["state"],
                name="grids_circlerun_open",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class CircleCellQuerySet(GridScopedQuerySet["CircleCell"]):
    """Coverage of grids; scoped by the place columns."""


class CircleCell(Placed):
    """What a run found for one grid: how much of it lies within the time.

    `minutes` is the time from its centre to the nearest site (None: beyond reach); `by_network`
    says that paths were used for it.
    """

    run = models.ForeignKey(CircleRun, models.CASCADE, related_name="cells")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Grid.Level.choices)
    micros = models.PositiveIntegerField(default=0)
    micros_covered = models.PositiveIntegerField(default=0)
    households = models.PositiveIntegerField(default=0)
    households_covered = models.PositiveIntegerField(default=0)
    minutes = models.FloatField(null=True)
    nearest = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="+")
    by_network = models.BooleanField(default=False)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    objects = CircleCellQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage of a grid")
        verbose_name_plural = _("coverage of grids")
        constraints = [
            models.UniqueConstraint(
                name="grids_circlecell_once", fields=["run", "grid"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.grid_id}"

    @property
    def micro_rate(self) -> float | None:
        return 100 * self.micros_covered / self.micros if self.micros else None

    @property
    def household_rate(self) -> float | None:
        return (
            100 * self.households_covered / self.households if self.households else None
        )


class CircleMiss(models.Model):
    """A household that a run found out of reach."""

    run = models.ForeignKey(CircleRun, models.CASCADE, related_name="misses")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("household out of reach")
        verbose_name_plural = _("households out of reach")
        constraints = [
            models.UniqueConstraint(
                name="grids_circlemiss_once", fields=["run", "household"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.household_id}"
