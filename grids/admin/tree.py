"""Districts and grids. Structure is written by commands and actions, never by a form."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.models import District, Grid

if TYPE_CHECKING:
    DistrictBase = admin.ModelAdmin[District]
    GridBase = admin.ModelAdmin[Grid]
else:
    DistrictBase = GridBase = admin.ModelAdmin


@admin.register(District)
class DistrictAdmin(DistrictBase):
    list_display = ("code", "name", "area_code")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Grid)
class GridAdmin(GridBase):
    """To look things up, and for the choice of a grid in other forms."""

    list_display = ("code", "name", "level", "area_type", "parent", "retired_on")
    list_filter = (
        "level",
        "area_type",
        "is_dedicated",
        ("retired_on", admin.EmptyFieldListFilter),
    )
    list_select_related = ("parent",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=code", "code__startswith", "name")
    search_help_text = _("Code or name")
    ordering = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
