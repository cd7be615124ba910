"""The grids as a list: filters, export, print and API; they change on their own pages.

The columns are those of the import of a whole tree (`tree_file`), so that an export comes back
there. Nothing is written here: a grid is split, merged, moved or retired with a day and a reason.
"""

from typing import Any

import django_filters
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from governance.core.errors import NotAllowed
from governance.core.registers import Column, Kind, Register, add, panels
from grids import locate, rights
from grids.models import Grid, Post
from grids.scoping import Viewer, posts_of

LEVELS = (
    ("large", _("large grid")),
    ("medium", _("medium grid")),
    ("small", _("small grid")),
    ("micro", _("micro grid")),
)
LIFE = (("0", pgettext_lazy("of a grid", "In use")), ("1", _("Retired")))


class GridFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="by_words", label=_("Name or code"))
    grid = django_filters.CharFilter(method="by_grid", label=_("Area"))
    level = django_filters.ChoiceFilter(choices=LEVELS, label=_("Level"))
    area_type = django_filters.ChoiceFilter(
        choices=Grid.AreaType.choices, label=_("Area type")
    )
    retired = django_filters.ChoiceFilter(
        choices=LIFE, method="by_life", label=pgettext_lazy("of a grid", "In use")
    )

    class Meta:
        model = Grid
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Grid]) -> QuerySet[Grid]:
        """Retired ones only when they are asked for."""
        if self.form.cleaned_data.get("retired") != "1":
            queryset = queryset.filter(retired_on__isnull=True)
        found: QuerySet[Grid] = super().filter_queryset(queryset)
        return found

    def by_life(self, rows: QuerySet[Grid], _name: str, value: str) -> QuerySet[Grid]:
        return rows.filter(retired_on__isnull=value != "1")

    def by_words(self, rows: QuerySet[Grid], _name: str, value: str) -> QuerySet[Grid]:
        """Every word is part of a name, or the start of the code."""
        for word in value.replace("\0", "").split()[:5]:
            named = Q(name__icontains=word) | Q(short_name__icontains=word)
            rows = rows.filter(named | Q(code__startswith=word))
        return rows

    def by_grid(self, rows: QuerySet[Grid], _name: str, value: str) -> QuerySet[Grid]:
        """A grid and all below it."""
        place = locate.place_by_code(value.strip())
        return rows.filter(code__startswith=place.code) if place else rows.none()


NAME = Coalesce(NullIf("user__name", Value("")), F("user__username"))


def _visible(viewer: Viewer) -> QuerySet[Grid]:
    """The districts somebody is posted in; the structure is no secret there."""
    posts = Post.objects.current().filter(grid=OuterRef("pk"))
    leads = posts.filter(role__in=("grid_leader", "liaison")).order_by("pk")
    districts = {post.district_id for post in posts_of(viewer)}
    rows = Grid.objects.filter(district__in=districts).select_related("parent")
    found: QuerySet[Grid] = rows.annotate(leader=Subquery(leads.values(who=NAME)[:1]))
    return found


def _save(*_args: Any, **_given: Any) -> Any:
    raise NotAllowed(
        gettext("Grids change on their own pages, with a day and a reason.")
    )


GRIDS = Register(
    key="grids",
    model=Grid,
    label=_("grid"),
    plural=_("Grids"),
    icon="diagram-3",
    columns=(
        Column(
            "name", pgettext_lazy("of a grid", "Name"), required=True, max_length=60
        ),
        Column(
            "code", pgettext_lazy("of a grid", "Code"), required=True, max_length=17
        ),
        Column("level", _("Level"), Kind.CHOICE, choices=LEVELS),
        Column(
            "parent",
            _("Code above it"),
            show=lambda grid: grid.parent.code if grid.parent else "",
        ),
        Column("area_type", _("Area type"), Kind.CHOICE, choices=Grid.AreaType.choices),
        Column("leader", _("Grid leader"), show=lambda grid: grid.leader or ""),
        Column("short_name", _("Short name"), max_length=20, in_list=False),
    ),
    natural_key=("code",),
    save=_save,
    visible=_visible,
    filters=GridFilter,
    facets=("grid", "level", "area_type", "retired"),
    order=("code",),
    readers=rights.READERS,
    writers=frozenset(),
    page=lambda grid: reverse("grid", args=[grid.code]),
    about=_(
        "Grids are made and changed on their own pages or by a file of the whole tree,"
        " so that each change has its day and reason."
    ),
)
add(GRIDS)
panels.add_list_link(
    "grids",
    panels.Link(
        _("Import the tree"),
        "cloud-arrow-up",
        lambda _row: reverse("grid_import"),
        rights.WRITERS,
    ),
    panels.Link(
        _("Template"),
        "file-earmark-spreadsheet",
        lambda _row: reverse("grid_import_template"),
        rights.WRITERS,
    ),
)
