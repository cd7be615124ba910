"""Teams of grids: which posts a grid of this level and area needs, and who holds them.

The templates are proposals until a district edits them: no published text lists what "十个一" or
"3+N" hold. A holder may be an account, a person, an officer or an organisation.
"""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from governance.core.crypto import EncryptedTextField
from governance.core.ids import TimeOrderedIdField
from grids.models.posts import Post
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.tree import District, Grid

POST_ROLES = (
    ("grid_leader", _("grid leader")),
    ("grid_worker", _("grid worker")),
    ("liaison", _("liaison")),
)


@tracked
class TeamTemplate(models.Model):
    """What the team of a grid of one level consists of; an empty area type fits every other."""

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    level = models.CharField(_("level"), max_length=8, choices=Grid.Level.choices)
    area_type = models.CharField(
        _("area type"), max_length=10, choices=Grid.AreaType.choices, blank=True
    )
    name = models.CharField(_("name"), max_length=40)
    starts_on = models.DateField(_("in force from"), default=timezone.localdate)
    is_proposal = models.BooleanField(_("proposal"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    class Meta:
        verbose_name = _("team template")
        verbose_name_plural = _("team templates")
        constraints = [
            models.UniqueConstraint(
                name="grids_teamtemplate_one_a_kind",
                fields=["district", "level", "area_type"],
                violation_error_message=_("This kind of grid has a template already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area_label(self) -> str:
        return str(self.get_area_type_display() or _("every area type"))


class TeamSlotQuerySet(models.QuerySet["TeamSlot"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


@tracked
class TeamSlot(models.Model):
    """One post of a template. Open ones (the N of 3+N) may be held by any number of people.

    `code` names the same post in every template, so that a holder keeps it when the area type of
    a grid changes. A slot that was ever held is taken out of use, never deleted.
    """

    id = TimeOrderedIdField()

    class HeldBy(models.TextChoices):
        ACCOUNT = "account", _("a post with an account")
        PERSON = "person", _("a person")
        OFFICER = "officer", _("an officer of a department")
        ORGANISATION = "organisation", _("an organisation")

    template = models.ForeignKey(TeamTemplate, models.CASCADE, related_name="slots")
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("post"), max_length=30)
    name_en = models.CharField(_("post (English)"), max_length=60, blank=True)
    required = models.PositiveSmallIntegerField(_("how many"), default=1)
    is_open = models.BooleanField(_("open, any number"), default=False)
    held_by = models.CharField(
        _("held by"), max_length=12, choices=HeldBy.choices, default=HeldBy.PERSON
    )
    post_role = models.CharField(
        _("gives the post of"), max_length=12, choices=POST_ROLES, blank=True
    )
    order = models.PositiveSmallIntegerField(_("place in the team"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    objects = TeamSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("team post")
        verbose_name_plural = _("team posts")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                name="grids_teamslot_code_once",
                fields=["template", "code"],
                violation_error_message=_("This template has this post already."),
            ),
            models.CheckConstraint(
                name="grids_teamslot_open_or_counted",
                condition=Q(is_open=True, required=0)
                | Q(is_open=False, required__range=(1, 50)),
                violation_error_message=_(
                    "A fixed post needs 1 to 50 people, an open one no number."
                ),
            ),
            models.CheckConstraint(
                name="grids_teamslot_role_needs_account",
                condition=Q(post_role="") | Q(held_by="account"),
                violation_error_message=_("Only an account can be given a post."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        if self.name_en and (get_language() or "").startswith("en"):
            return self.name_en
        return self.name


class AssignmentQuerySet(RecordQuerySet["Assignment"]):
    def current(self, day: dt.date | None = None) -> Self:
        """In force on this day, today when left out."""
        day = day or timezone.localdate()
        lasts = Q(ended_on__isnull=True) | Q(ended_on__gte=day)
        return self.filter(lasts, starts_on__lte=day)

    def at_grid(self, grid: Grid) -> Self:
        """Of this grid itself, not of those below it."""
        return self.with_grid().filter(at=grid.pk)

    def at_grids(self, grids: Any) -> Self:
        """Of these grids themselves; `grids` are ids, or rows of one column of ids."""
        return self.with_grid().filter(at__in=grids)

    def with_grid(self) -> Self:
        """`at`: the id of the grid whose team it is."""
        return self.annotate(
            at=Coalesce("micro_id", "small_id", "medium_id", "large_id")
        )


@tracked
class Assignment(Record):
    """Who holds which post in the team of which grid, from when to when (`ended_on` included)."""

    slot = models.ForeignKey(TeamSlot, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("account"),
    )
    holder = models.CharField(_("holder"), max_length=60)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_tail = models.CharField(max_length=4, blank=True, editable=False)
    holder_key = models.CharField(max_length=64, editable=False, default="")
    deputy = models.CharField(_("deputy"), max_length=60, blank=True)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    note = models.CharField(_("note"), max_length=200, blank=True)
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            *record_indexes("grids_assignment"),
            models.Index(fields=["holder_key"], name="grids_assignment_holder"),
        ]
        constraints = [
            models.CheckConstraint(
                name="grids_assignment_has_a_holder",
                condition=~Q(holder__regex=r"^\s*$"),
                violation_error_message=_("Name who holds the post."),
            ),
            models.CheckConstraint(
                name="grids_assignment_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.UniqueConstraint(
                name="grids_assignment_once_a_holder",
                fields=["slot", "large", "medium", "small", "micro", "holder_key"],
                nulls_distinct=False,
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("This holder has this post here already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.slot.name}"

    @property
    def days(self) -> int:
        """Days in the post, both ends included."""
        last = min(self.ended_on or timezone.localdate(), timezone.localdate())
        return max((last - self.starts_on).days + 1, 0)
