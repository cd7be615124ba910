"""The place columns of every row that lies somewhere, and their indexes."""

from django.db import models
from django.db.models import Q

LEVELS = ("large", "medium", "small", "micro")


class Placed(models.Model):
    """District and four ancestors, copied when the row is made; never joined to the tree.

    A null level means the row stands higher: a request without a position lies at its town.
    """

    district = models.ForeignKey(
        "grids.District", models.PROTECT, related_name="+", db_index=False
    )
    large = models.ForeignKey(
        "grids.Grid", models.PROTECT, null=True, related_name="+", db_index=False
    )
    medium = models.ForeignKey(
        "grids.Grid", models.PROTECT, null=True, related_name="+", db_index=False
    )
    small = models.ForeignKey(
        "grids.Grid", models.PROTECT, null=True, related_name="+", db_index=False
    )
    micro = models.ForeignKey(
        "grids.Grid", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    @property
    def chain(self) -> list[int]:
        """Ids of the grids it lies in, from the town down."""
        ids = (getattr(self, f"{level}_id") for level in LEVELS)
        return [pk for pk in ids if pk is not None]

    @property
    def place_ids(self) -> dict[str, int | None]:
        """The copied columns, for a row that belongs to this one."""
        return {
            "district_id": self.district_id,
            **{f"{level}_id": getattr(self, f"{level}_id") for level in LEVELS},
        }


def place_indexes(prefix: str, open_q: Q) -> list[models.Index]:
    """(level, id desc) for each level, and the same for open rows only.

    There is no global index on time: the planner would walk it for a district page.
    """
    out: list[models.Index] = []
    for level in ("district", *LEVELS):
        out.append(models.Index(fields=[level, "-id"], name=f"{prefix}_{level}"))
        out.append(
            models.Index(
                fields=[level, "-id"], name=f"{prefix}_{level}_open", condition=open_q
            )
        )
    return out
