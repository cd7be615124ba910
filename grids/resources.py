"""What could help at a place: resources that serve it, the nearest area and best words first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from grids import locate
from grids.models import Grid, Resource
from grids.models.places import LEVELS

MOST_READ = 400
# Together they weigh as much as the nearest area, so that the right help from the district goes
# before the wrong one next door.
WORD_WEIGHT = 2.5
MOST_WORDS = 4
RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]{3,}", re.IGNORECASE)
AREAS = {
    "micro": _("for this micro grid"),
    "small": _("for this small grid"),
    "medium": _("for this village or community"),
    "large": _("for this town or street"),
    "district": _("for the whole district"),
}


@dataclass(frozen=True)
class Found:
    """One resource; `near` is the level of the area that covers the place, `words` what fits."""

    resource: Resource
    near: str
    words: Sequence[str]
    score: float

    @property
    def area_words(self) -> str:
        return str(AREAS[self.near])


def parts_of(text: str) -> set[str]:
    """Pairs of neighbouring characters of Chinese, whole words and numbers of the rest."""
    parts: set[str] = set()
    for run in RUN.findall(text.lower()):
        if run.isascii():
            parts.add(run)
        else:
            parts.update(run[i : i + 2] for i in range(len(run) - 1))
    return parts


def resources_for(
    grid: Grid | locate.Place, words: str = "", *, most: int = 5
) -> list[Found]:
    """What can be had now at a grid, best first; one statement.

    The level of the area counts 1 (whole district) to 5 (this micro grid); every pair of
    characters that the words share with name, kind, provider or conditions adds 2.5, up to four.
    """
    place = locate.place_of(grid) if isinstance(grid, Grid) else grid
    areas = Resource.areas.through.objects.filter(
        resource_id=OuterRef("pk"), grid_id__in=place.chain
    )
    # Depth 0 is a town: the deepest grid of the area that covers the place.
    deepest = areas.order_by("-grid__depth").values("grid__depth")[:1]
    rows = (
        Resource.objects.usable()
        .with_capacity()
        .filter(district_id=place.district_id)
        .covering(place.chain)
        .select_related("department", "unit")
        .annotate(depth=Subquery(deepest))
        .order_by("-pk")[:MOST_READ]
    )
    wanted = parts_of(words)
    found = [_found(row, wanted) for row in rows]
    found.sort(key=lambda f: (-f.score, f.resource.name))
    return found[:most]


def _found(row: Resource, wanted: set[str]) -> Found:
    depth: int | None = row.depth  # type: ignore[attr-defined]
    near = "district" if depth is None else LEVELS[depth]
    provider = row.provider
    helps = getattr(provider, "duties", "") or getattr(provider, "helps_with", "")
    said = f"{row.name} {row.kind_label} {provider} {row.conditions} {helps}"
    shared = sorted(wanted & parts_of(said))
    base = 1 if depth is None else depth + 2
    score = base + WORD_WEIGHT * min(len(shared), MOST_WORDS)
    return Found(row, near, shared[:MOST_WORDS], score)
