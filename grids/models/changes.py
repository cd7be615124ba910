"""The life of grids: what changed when and why, the codes ever used, and changes still to come."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models.tree import District, Grid


class ChangeKind(models.TextChoices):
    CREATED = "created", pgettext_lazy("grid", "created")
    RENAMED = "renamed", pgettext_lazy("grid", "renamed")
    RECODED = "recoded", pgettext_lazy("grid", "re-coded")
    MOVED = "moved", pgettext_lazy("grid", "moved")
    SPLIT = "split", pgettext_lazy("grid", "split")
    MERGED = "merged", pgettext_lazy("grid", "merged")
    RETIRED = "retired", pgettext_lazy("grid", "retired")
    DRAWN = "drawn", pgettext_lazy("grid", "boundary drawn")
    EDITED = "edited", pgettext_lazy("grid", "details changed")


class GridChange(models.Model):
    """One change of one or more grids, for ever.

    `before` and `after` list the grids as {"id", "code", "name", "level", "parent", "area_type"}.
    `effects` says what went along: {"key": what, "n": how many, "to": grid id or None}.
    """

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ChangeKind.choices)
    on = models.DateField(_("in force from"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    by_label = models.CharField(max_length=80, blank=True)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    effects = models.JSONField(default=list)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    grids: Any = models.ManyToManyField(
        Grid, through="GridChangeSide", related_name="changes"
    )

    class Meta:
        verbose_name = _("change of a grid")
        verbose_name_plural = _("changes of grids")
        indexes = [models.Index(fields=["district", "-id"], name="grids_change_recent")]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class GridChangeSide(models.Model):
    """A grid that a change concerns."""

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(
        GridChange, models.PROTECT, related_name="sides", db_index=False
    )
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "change"], name="grids_change_side_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.grid_id}"


class GridCode(models.Model):
    """Every code that a grid ever had; written by triggers, never freed.

    There is no foreign key: a code stays taken even if its grid were gone.
    """

    code = models.CharField(_("code"), max_length=17, primary_key=True)
    grid = models.ForeignKey(
        Grid,
        models.DO_NOTHING,
        related_name="codes",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        verbose_name = _("code once used")
        verbose_name_plural = _("codes once used")
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.code


class GridPlan(models.Model):
    """A change decided today for a day to come; `data` is what `actions.plans.perform` takes."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("plan", "waiting for its day")
        DONE = "done", pgettext_lazy("plan", "carried out")
        REFUSED = "refused", pgettext_lazy("plan", "not possible any more")
        CANCELLED = "cancelled", pgettext_lazy("plan", "cancelled")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="plans")
    kind = models.CharField(_("kind"), max_length=8, choices=ChangeKind.choices)
    data = models.JSONField(default=dict)
    on = models.DateField(_("on the day"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("decided"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.WAITING
    )
    note = models.CharField(_("why not"), max_length=300, blank=True)
    change = models.ForeignKey(
        GridChange, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("planned change of a grid")
        verbose_name_plural = _("planned changes of grids")
        indexes = [
            models.Index(
                fields=["on"],
                name="grids_plan_due",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
