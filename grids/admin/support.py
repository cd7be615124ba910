"""The register of departments."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.models import Department

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Department]
else:
    Base = admin.ModelAdmin


@admin.register(Department)
class DepartmentAdmin(Base):
    """Departments are taken out of use, never deleted: tasks name them for ever."""

    list_display = ("name", "short_name", "kind", "order", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "short_name", "code", "duties")
    search_help_text = _("Name, short name or what it answers for")
    ordering = ("order", "id")
    list_per_page = 50

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        return ("code", "district") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
