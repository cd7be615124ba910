"""Houses, households, what they need, who visits them, and the care list."""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import masking
from governance.core.crypto import EncryptedTextField, KeepsHashes, KeyedHashField
from governance.core.ids import TimeOrderedIdField
from grids.models.persons import ADDRESS, Person
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked


@tracked
class House(KeepsHashes, Record):
    """One dwelling or room; its position is rounded to 4 decimals, some ten metres."""

    number = models.CharField(_("house number"), max_length=40)
    address = EncryptedTextField(_("address"), blank=True, default="")
    address_hash = KeyedHashField(source="address", purpose=ADDRESS, take="address")
    use = models.CharField(_("use"), max_length=20, blank=True)
    area_m2 = models.DecimalField(
        _("area in m²"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    owner_name = models.CharField(_("owner"), max_length=60, blank=True)
    owner_phone = EncryptedTextField(_("owner's phone"), blank=True, default="")
    tenant_name = models.CharField(_("tenant"), max_length=60, blank=True)
    tenant_phone = EncryptedTextField(_("tenant's phone"), blank=True, default="")
    hazards = models.JSONField(_("hazards"), default=list, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("house")
        verbose_name_plural = _("houses")
        indexes = record_indexes("grids_house")
        constraints = [
            models.UniqueConstraint(
                name="grids_house_number_once",
                fields=["district", "number"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_house_area_above_zero",
                condition=Q(area_m2__isnull=True) | Q(area_m2__gt=Decimal(0)),
                violation_error_message=_("The area is above zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class HouseholdQuerySet(RecordQuerySet["Household"]):
    def overdue(self) -> "HouseholdQuerySet":
        """A visit is late today."""
        return self.filter(next_visit_on__lt=timezone.localdate())


@tracked
class Household(KeepsHashes, Record):
    """Those who live together. Visits fall due by the shortest interval on its care list."""

    number = models.CharField(_("household number"), max_length=40)
    head = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="heads",
        verbose_name=_("head"),
    )
    address = EncryptedTextField(_("address"), blank=True, default="")
    address_hash = KeyedHashField(source="address", purpose=ADDRESS, take="address")
    house = models.ForeignKey(
        House,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="households",
        verbose_name=_("house"),
    )
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    visit_every_days = models.PositiveSmallIntegerField(
        _("visit every (days)"), null=True, blank=True
    )
    last_visit_on = models.DateField(
        _("last visit"), null=True, blank=True, editable=False
    )
    next_visit_on = models.DateField(
        _("next visit"), null=True, blank=True, editable=False
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [
            *record_indexes("grids_household"),
            models.Index(
                fields=["district", "next_visit_on"],
                name="grids_household_due",
                condition=Q(ended_on__isnull=True, next_visit_on__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="grids_household_number_once",
                fields=["district", "number"],
                condition=Q(ended_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """What people call it: the head's masked name, or its number."""
        return masking.mask_name(self.head.name) if self.head else self.number


class HouseholdNeed(models.Model):
    """Something a household needs, from being found until it is settled."""

    class State(models.TextChoices):
        OPEN = "open", _("still to do")
        DONE = "done", _("settled")
        DROPPED = "dropped", _("no longer needed")

    id = TimeOrderedIdField()
    household = models.ForeignKey(Household, models.CASCADE, related_name="needs")
    kind = models.CharField(_("kind of need"), max_length=20)
    words = models.CharField(_("what is needed"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.OPEN
    )
    visit = models.ForeignKey(
        "grids.Visit", models.SET_NULL, null=True, blank=True, related_name="needs"
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    noted_at = models.DateTimeField(_("noted"), default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled on"), null=True)
    settled_words = models.CharField(
        _("how it was settled"), max_length=200, blank=True
    )

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                name="grids_householdneed_settled_has_a_time",
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.words


class Visit(models.Model):
    """One call at a household: who, when, how people were, what was looked at.

    `checks` are codes of the dictionary `visit_check`. `visited_at` is the time on site;
    `recorded_at` when it reached us.
    """

    class Condition(models.TextChoices):
        WELL = "well", _("all is well")
        CHANGED = "changed", _("something changed")
        NOT_MET = "not_met", _("nobody met")

    id = TimeOrderedIdField()
    household = models.ForeignKey(Household, models.CASCADE, related_name="visits")
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    visited_at = models.DateTimeField(_("visited"), default=timezone.now)
    recorded_at = models.DateTimeField(auto_now_add=True)
    condition = models.CharField(
        _("how they are"), max_length=8, choices=Condition.choices
    )
    checks = models.JSONField(_("looked at"), default=list, blank=True)
    words = models.TextField(_("what was seen"), blank=True, max_length=1000)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-visited_at", "-id"]

    def __str__(self) -> str:
        return f"{self.visited_at:%Y-%m-%d}"


class ServiceReceived(models.Model):
    """A service that came to a household: meals, a check-up, a repair."""

    id = TimeOrderedIdField()
    household = models.ForeignKey(Household, models.CASCADE, related_name="services")
    kind = models.CharField(_("kind of service"), max_length=20)
    on = models.DateField(_("on"), default=timezone.localdate)
    provider = models.CharField(_("by whom"), max_length=80, blank=True)
    words = models.CharField(_("note"), max_length=200, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("service received")
        verbose_name_plural = _("services received")
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class HouseholdLink(models.Model):
    """A Party member who looks after a household; the account is known when they have one."""

    id = TimeOrderedIdField()
    household = models.ForeignKey(Household, models.CASCADE, related_name="links")
    member_name = models.CharField(_("Party member"), max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="household_links",
    )
    since = models.DateField(_("since"), default=timezone.localdate)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("household link")
        verbose_name_plural = _("household links")
        constraints = [
            models.UniqueConstraint(
                name="grids_householdlink_one_now",
                fields=["household"],
                condition=Q(ended_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.member_name


class CareQuerySet(RecordQuerySet["CareEntry"]):
    def current(self) -> "CareQuerySet":
        today = timezone.localdate()
        return self.live().filter(
            Q(since__lte=today), Q(until__isnull=True) | Q(until__gte=today)
        )


@tracked
class CareEntry(Record):
    """A person on the care list, why, since when, and how often somebody looks in."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="care", verbose_name=_("person")
    )
    kind = models.CharField(_("kind of care"), max_length=20)
    level = models.CharField(_("level"), max_length=20, blank=True)
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("to"), null=True, blank=True)
    needs = models.CharField(_("what is needed"), max_length=200, blank=True)
    carer = models.CharField(_("who looks after"), max_length=60, blank=True)
    visit_every_days = models.PositiveSmallIntegerField(
        _("visit every (days)"), null=True, blank=True
    )

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = _("care entry")
        verbose_name_plural = _("care list")
        indexes = record_indexes("grids_care")
        constraints = [
            models.UniqueConstraint(
                name="grids_care_kind_once",
                fields=["person", "kind"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_care_ends_after_start",
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                violation_error_message=_("It ends after it began."),
            ),
            models.CheckConstraint(
                name="grids_care_visit_interval",
                condition=Q(visit_every_days__isnull=True)
                | Q(visit_every_days__range=(1, 366)),
                violation_error_message=_("Between 1 and 366 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.kind}"


def due_after(last: dt.date | None, every_days: int | None) -> dt.date | None:
    """When the next visit falls due; today for a household never visited."""
    if every_days is None:
        return None
    if last is None:
        return timezone.localdate()
    return last + dt.timedelta(days=every_days)
