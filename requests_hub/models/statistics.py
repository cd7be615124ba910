"""Statistics of requests and whistles: unfolded changes, stock, flow, and the nightly recounts.

All rows of `StatDelta` are written by triggers (migration "statistics"), so that no statement, also
a raw one, changes a state without its figures. Each is what one row of the loop no longer
contributes and what it contributes now; the folder adds them to stock and flow and deletes them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField

WHOLE = 0  # place id of the district as a whole


class Axis(models.TextChoices):
    """What a figure is split by, besides the place."""

    NONE = "", _("place only")
    DEPARTMENT = "d", _("department")
    CATEGORY = "c", _("category")
    CHANNEL = "h", _("channel")


class StatDelta(models.Model):
    """One change that is not folded yet. A cell is "measure" or "measure@YYYY-MM-DD"."""

    at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)
    district_id = models.BigIntegerField()
    large_id = models.BigIntegerField(null=True)
    medium_id = models.BigIntegerField(null=True)
    small_id = models.BigIntegerField(null=True)
    micro_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10, blank=True)
    plus = ArrayField(models.TextField(), verbose_name=_("counted from now on"))
    minus = ArrayField(models.TextField(), verbose_name=_("counted no longer"))

    class Meta:
        verbose_name = _("change of the statistics")
        verbose_name_plural = _("changes of the statistics")

    def __str__(self) -> str:
        return f"+{self.plus} -{self.minus}"


class Cell(models.Model):
    """One folded figure; `place_id` is a grid of any level, or `WHOLE`."""

    district_id = models.BigIntegerField()
    place_id = models.BigIntegerField(default=WHOLE)
    axis = models.CharField(max_length=1, choices=Axis.choices, blank=True)
    key = models.CharField(max_length=20, blank=True)
    measure = models.CharField(_("measure"), max_length=32)
    n = models.BigIntegerField(_("number"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.measure} {self.n}"


class StatStock(Cell):
    """How many stand in a state now; the measure is "r:<state>" or "t:<state>"."""

    class Meta:
        verbose_name = _("stock figure")
        verbose_name_plural = _("stock figures")
        constraints = [
            models.UniqueConstraint(
                fields=["district_id", "place_id", "axis", "measure", "key"],
                name="hub_stat_stock_cell",
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="hub_stat_stock_nil", condition=Q(n=0))
        ]


class StatFlow(Cell):
    """How many on a day: of what happened, and of what falls due."""

    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("flow figure")
        verbose_name_plural = _("flow figures")
        constraints = [
            models.UniqueConstraint(
                fields=["district_id", "place_id", "axis", "measure", "day", "key"],
                name="hub_stat_flow_cell",
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="hub_stat_flow_nil", condition=Q(n=0))
        ]


class StatCheck(models.Model):
    """One recount of every figure against the rows.

    `differences` lists at most 200 cells as {place_id, axis, key, measure, day, counted, held}.
    """

    id = TimeOrderedIdField()
    checked_at = models.DateTimeField(_("counted"), db_default=Now(), editable=False)
    seconds = models.FloatField(_("seconds"))
    cells = models.PositiveIntegerField(_("figures compared"))
    wrong = models.PositiveIntegerField(_("figures that differ"))
    differences = models.JSONField(_("differences"), default=list)
    rebuild_asked_at = models.DateTimeField(
        _("rebuilding asked for"), null=True, blank=True
    )
    rebuilt_at = models.DateTimeField(_("rebuilt"), null=True, blank=True)

    class Meta:
        verbose_name = _("recount")
        verbose_name_plural = _("recounts")
        indexes = [models.Index(fields=["-checked_at"], name="hub_stat_check_at")]

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}: {self.wrong} / {self.cells}"

    @property
    def is_ok(self) -> bool:
        return self.wrong == 0
