"""Units outside the departments that help, and what every unit offers to the grids.

A unit that a whistle can call is a `Department`; everybody else who helps is a `SupportUnit`.
"""

import datetime as dt
from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries
from governance.core.ids import TimeOrderedIdField
from governance.core.models import User
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.support import Department
from grids.models.tree import Grid
from grids.scoping import posts_of

M = TypeVar("M", bound=models.Model)
UNIT_KINDS = "support_unit_kind"
RESOURCE_KINDS = "resource_kind"
NOT_STAFF = frozenset({"good_person", "resident"})


class DirectoryQuerySet(RecordQuerySet[M]):
    """A directory: whoever works for the district reads all of it, whatever their grid."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        posts = (post for post in posts_of(user) if post.role not in NOT_STAFF)
        return self.filter(district_id__in=sorted({p.district_id for p in posts}))


class SupportUnitQuerySet(DirectoryQuerySet["SupportUnit"]):
    pass


@tracked
class SupportUnit(Record):
    """A social organisation, school, enterprise … that helps. The place is its own address."""

    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=20, blank=True)
    kind = models.CharField(_("kind of unit"), max_length=60)
    credit_code = models.CharField(_("credit code"), max_length=18, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    helps_with = models.TextField(_("what it can help with"), blank=True)
    contact_name = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("work phone"), max_length=20, blank=True)

    objects = SupportUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("support unit")
        verbose_name_plural = _("support units")
        indexes = record_indexes("grids_supportunit")
        constraints = [
            models.UniqueConstraint(
                name="grids_supportunit_one_name",
                fields=["district", "name"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("A unit of this name is already there."),
            ),
            models.UniqueConstraint(
                name="grids_supportunit_one_credit_code",
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(ended_on__isnull=True),
                violation_error_message=_("A unit with this code is already there."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        return self.short_name or self.name

    @property
    def kind_label(self) -> str:
        return dictionaries.label(UNIT_KINDS, self.kind)


class ResourceQuerySet(DirectoryQuerySet["Resource"]):
    def usable(self, day: dt.date | None = None) -> Self:
        """Offered on this day (today when left out), by a unit that is still there."""
        day = day or timezone.localdate()
        began = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
        lasts = Q(until__isnull=True) | Q(until__gte=day)
        return (
            self.live()
            .filter(
                began,
                lasts,
                Q(department__is_active=True) | Q(unit__ended_on__isnull=True),
            )
            .filter(state=Resource.State.OFFERED)
        )

    def with_capacity(self) -> Self:
        """Something of it is left; without a number it is never used up."""
        return self.filter(Q(capacity__isnull=True) | Q(in_use__lt=F("capacity")))

    def covering(self, chain: list[int]) -> Self:
        """Whose service area holds a grid, given with its ancestors: it or one above it."""
        areas = Resource.areas.through.objects.filter(grid_id__in=chain)
        inside = Q(pk__in=areas.values("resource_id"))
        return self.filter(inside | Q(is_whole_district=True))


@tracked
class Resource(Record):
    """One thing that one unit offers, to some grids or to the whole district.

    `capacity` counts in `measure`; None: without limit. `in_use` is the sum of the uses that
    have not been given back (`ResourceUse`).
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        PAUSED = "paused", _("paused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="resources"
    )
    unit = models.ForeignKey(
        SupportUnit, models.PROTECT, null=True, blank=True, related_name="resources"
    )
    kind = models.CharField(_("kind of resource"), max_length=60)
    name = models.CharField(_("what is offered"), max_length=80)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    measure = models.CharField(_("counted in"), max_length=20, blank=True)
    in_use = models.PositiveIntegerField(_("in use"), default=0, editable=False)
    is_whole_district = models.BooleanField(_("whole district"), default=False)
    areas: "models.ManyToManyField[Grid, Any]" = models.ManyToManyField(
        Grid, related_name="+", blank=True, verbose_name=_("service area")
    )
    hours = models.CharField(_("hours"), max_length=80, blank=True)
    contact_name = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("work phone"), max_length=20, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OFFERED
    )

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        indexes = record_indexes("grids_resource")
        constraints = [
            models.CheckConstraint(
                name="grids_resource_one_provider",
                condition=Q(department__isnull=True, unit__isnull=False)
                | Q(department__isnull=False, unit__isnull=True),
                violation_error_message=_("Name a department or a unit, one of them."),
            ),
            models.CheckConstraint(
                name="grids_resource_use_within_capacity",
                condition=Q(capacity__isnull=True) | Q(in_use__lte=F("capacity")),
                violation_error_message=_("More is in use than this."),
            ),
            models.CheckConstraint(
                name="grids_resource_ends_after_start",
                condition=Q(starts_on__isnull=True)
                | Q(until__isnull=True)
                | Q(until__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.UniqueConstraint(
                name="grids_resource_once_a_provider",
                fields=["department", "unit", "name"],
                nulls_distinct=False,
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("This unit offers this already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> Department | SupportUnit | None:
        return self.department or self.unit

    @property
    def left(self) -> int | None:
        """How much can still be had; None: without limit."""
        return None if self.capacity is None else self.capacity - self.in_use

    @property
    def kind_label(self) -> str:
        return dictionaries.label(RESOURCE_KINDS, self.kind)

    @property
    def phone(self) -> str:
        """Its own number, else the unit's."""
        if self.contact_phone:
            return self.contact_phone
        if self.department:
            return self.department.duty_phone
        return self.unit.contact_phone if self.unit else ""


class ResourceUseQuerySet(models.QuerySet["ResourceUse"]):
    def open(self) -> Self:
        return self.filter(given_back_on__isnull=True)


class ResourceUse(models.Model):
    """Part of a resource that is taken for something, until it is given back."""

    id = TimeOrderedIdField()
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="uses")
    amount = models.PositiveIntegerField(_("amount"), default=1)
    purpose = models.CharField(_("used for"), max_length=120)
    taken_on = models.DateField(_("taken on"), default=timezone.localdate)
    given_back_on = models.DateField(_("given back on"), null=True, blank=True)

    objects = ResourceUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a resource")
        verbose_name_plural = _("uses of resources")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="grids_resourceuse_some", condition=Q(amount__gte=1)
            )
        ]

    def __str__(self) -> str:
        return self.purpose
