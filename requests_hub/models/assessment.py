"""Rules of assessment, scorecards, and bulletins as they were issued."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models import District
from grids.models.records import Record, RecordQuerySet, tracked
from grids.scoping import Viewer, posts_of
from requests_hub.assessment.shares import Weights

POINTS = [MinValueValidator(0), MaxValueValidator(100)]


class OfDistrict(RecordQuerySet[Any]):
    """Rows that hold for a whole district: whoever has a post there reads them."""

    def visible_to(self, user: Viewer) -> "OfDistrict":
        districts = {post.district_id for post in posts_of(user)}
        return self.filter(district_id__in=sorted(districts))


@tracked
class AssessmentRule(Record):
    """Weights of the three rates and the first day of the month, from a date on."""

    valid_from = models.DateField(_("valid from"))
    contacted = models.PositiveSmallIntegerField(
        _("weight of contacted"), default=30, validators=POINTS
    )
    solved = models.PositiveSmallIntegerField(
        _("weight of solved"), default=35, validators=POINTS
    )
    satisfied = models.PositiveSmallIntegerField(
        _("weight of satisfied"), default=35, validators=POINTS
    )
    basically_percent = models.PositiveSmallIntegerField(
        _("what “basically satisfied” counts, in per cent"),
        default=90,
        validators=POINTS,
    )
    first_day = models.PositiveSmallIntegerField(
        _("first day of the assessment month"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
    )
    note = models.CharField(_("grounds"), max_length=200, blank=True)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("assessment rule")
        verbose_name_plural = _("assessment rules")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "valid_from"],
                condition=Q(ended_on__isnull=True),
                name="hub_rule_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(contacted=100 - F("solved") - F("satisfied")),
                name="hub_rule_adds_up_to_100",
            ),
            models.CheckConstraint(
                condition=Q(first_day__gte=1, first_day__lte=28),
                name="hub_rule_first_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.contacted}/{self.solved}/{self.satisfied}"

    @property
    def weights(self) -> Weights:
        share = self.basically_percent / 100
        return Weights(self.contacted, self.solved, self.satisfied, share)


@tracked
class Scorecard(Record):
    """A formula over indicators, with the figures from which it is green or amber."""

    class Of(models.TextChoices):
        PLACE = "place", _("towns, villages and communities")
        DEPARTMENT = "department", _("departments")

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=60)
    of = models.CharField(_("who is assessed"), max_length=12, choices=Of.choices)
    formula = models.CharField(_("formula"), max_length=500)
    green_from = models.DecimalField(
        _("green from"), max_digits=7, decimal_places=2, default=90
    )
    amber_from = models.DecimalField(
        _("amber from"), max_digits=7, decimal_places=2, default=80
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    note = models.CharField(_("grounds"), max_length=200, blank=True)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                condition=Q(ended_on__isnull=True),
                name="hub_scorecard_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def tone(self, figure: float | None) -> str:
        """Green, amber or red by the bands; nothing without a figure."""
        if figure is None:
            return ""
        if figure >= self.green_from:
            return "green"
        return "amber" if figure >= self.amber_from else "red"


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, user: Viewer) -> "BulletinQuerySet":
        """Whoever has a post in the district reads its bulletins."""
        districts = {post.district_id for post in posts_of(user)}
        return self.filter(district_id__in=sorted(districts))

    def standing(self) -> "BulletinQuerySet":
        """Those that no newer edition has taken the place of."""
        return self.filter(replaced_by__isnull=True)


class Bulletin(models.Model):
    """One issued bulletin 通报. Nothing of it ever changes; a new edition takes its place.

    `figures` holds the counts of the period, of those compared with and of each town;
    `content` the title, sections, tables and sentences as they were issued.
    """

    class Kind(models.TextChoices):
        DAY = "day", _("daily bulletin")
        WEEK = "week", _("weekly bulletin")
        MONTH = "month", _("monthly bulletin")

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    cut_off = models.DateTimeField(_("figures as of"))
    recorded_until = models.DateTimeField(_("of what was recorded by"))
    year = models.PositiveSmallIntegerField(_("year"))
    no = models.PositiveIntegerField(_("number in the year"))
    total_no = models.PositiveIntegerField(_("number in all"))
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    reason = models.CharField(_("why a new edition"), max_length=200, blank=True)
    figures = models.JSONField(_("figures"))
    content = models.JSONField(_("content"))
    issued_at = models.DateTimeField(_("issued"), db_default=Now())
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        indexes = [
            models.Index(fields=["district", "kind", "-id"], name="hub_bulletin_kind")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "first", "edition"],
                name="hub_bulletin_edition",
            ),
            models.UniqueConstraint(
                fields=["district", "kind", "year", "no", "edition"],
                name="hub_bulletin_no",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return str(self.content.get("title", ""))
