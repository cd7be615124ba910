"""What every record of the registers has: where it lies, who said what of it, and since when."""

from typing import Any, Self, TypeVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from grids.models.places import LEVELS, Placed
from grids.scoping import GridScopedQuerySet

M = TypeVar("M", bound=models.Model)
C = TypeVar("C", bound=type[models.Model])


class RecordQuerySet(GridScopedQuerySet[M]):
    def live(self) -> Self:
        """Not ended."""
        return self.filter(ended_on__isnull=True)


class Record(Placed):
    """One record. `version` rises with every change; a writer names the one they saw.

    `provenance` maps a field to {"source": "manual" | "import:<id>" | "feed:<code>", "at": ISO
    time}. A record is ended, never deleted, except by the undo of the import that made it.
    """

    id = TimeOrderedIdField()
    version = models.PositiveIntegerField(default=1, editable=False)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def grid_id(self) -> int | None:
        """The lowest grid it lies in; None: it belongs to the whole district."""
        for level in reversed(LEVELS):
            pk: int | None = getattr(self, f"{level}_id")
            if pk is not None:
                return pk
        return None


def record_indexes(prefix: str) -> list[models.Index]:
    """(level, id desc) of live records for each level; `prefix` at most 20 characters."""
    return [
        models.Index(
            fields=[level, "-id"],
            name=f"{prefix}_{level}",
            condition=Q(ended_on__isnull=True),
        )
        for level in ("district", *LEVELS)
    ]


def tracked(model: C) -> C:
    """Keep every former row, whoever changed it: also what raw SQL did.

    The row before a change or a deletion is kept, so that making many costs nothing.
    """
    keep: Any = pghistory.track(
        pghistory.UpdateEvent("update", row=pghistory.Old),
        pghistory.DeleteEvent("delete", row=pghistory.Old),
        append_only=True,
        exclude=["provenance"],
    )
    tracked_model: C = keep(model)
    return tracked_model
