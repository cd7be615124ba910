"""Read-only views of the loop's rows. Who changes them goes through the actions."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from governance.core.models import User
from requests_hub.models import Request, Task, Whistle

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class ReadOnly(Base):
    """Looks at what its reader's scope shows; adds, changes and deletes nothing."""

    show_full_result_count = False
    list_per_page = 50
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user = request.user
        if not isinstance(user, User):
            return rows.none()
        if user.is_superuser:
            return rows
        seen = self.model._default_manager.visible_to(user)  # noqa: SLF001 - documented API
        return rows.filter(pk__in=seen.values("pk"))


@admin.register(Request)
class RequestAdmin(ReadOnly):
    """Names and telephones are left out: they are shown where showing leaves a trace."""

    list_display = (
        "no",
        "title",
        "state",
        "channel",
        "large",
        "submitted_at",
        "due_at",
    )
    list_filter = ("state", "channel", "urgency")
    list_select_related = ("large",)
    search_fields = ("no__iexact", "title")
    exclude = ("reporter_name", "reporter_phone", "phone_hash", "follow_code")


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = ("id", "title", "kind", "state", "department", "holder", "due_at")
    list_filter = ("kind", "state")
    list_select_related = ("department", "holder")


@admin.register(Whistle)
class WhistleAdmin(ReadOnly):
    list_display = ("id", "request", "round", "kind", "blown_by", "blown_at")
    list_filter = ("kind",)
    list_select_related = ("request", "blown_by")
