"""The register of departments."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grids import closing
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

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Say beside the tick what stops without it, before anybody takes it away."""
        form = super().get_form(request, obj, change=change, **kwargs)
        stops = closing.of(obj) if obj and obj.is_active else []
        if stops and "is_active" in form.base_fields:
            words = _now("Without the tick: %(stops)s") % {"stops": " ".join(stops)}
            form.base_fields["is_active"].help_text = words
        return form

    def save_model(
        self, request: HttpRequest, obj: Department, form: Any, change: bool
    ) -> None:
        """Say what the closing of a department has stopped."""
        is_closed = change and "is_active" in form.changed_data and not obj.is_active
        stops = closing.of(obj) if is_closed else []
        super().save_model(request, obj, form, change)
        for words in stops:
            messages.warning(request, words)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
