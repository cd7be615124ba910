"""The event log and its engine: to be read, and one button for what was set aside."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.core.actions.deliveries import run_again
from governance.core.models import Delivery, Event, Heartbeat, Outbox, User

if TYPE_CHECKING:  # the stubs know the row's type, Django's class takes none
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class ReadOnlyAdmin(Base):
    """To be looked at: nothing is added, changed or deleted here."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "name",
        "subject_type",
        "subject_id",
        "actor_label",
        "recorded_at",
    ]
    search_fields = ["=name", "=subject_id", "=thread_id"]
    search_help_text = _("Name of the event, or number of the object")
    ordering = ["-id"]


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "event_name", "next_at", "attempts", "done_at"]
    list_filter = [("done_at", admin.EmptyFieldListFilter)]
    list_select_related = ["event"]
    ordering = ["-event_id"]

    @admin.display(description=_("event"))
    def event_name(self, row: Outbox) -> str:
        return row.event.name


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "event_name",
        "consumer",
        "state",
        "attempts",
        "next_at",
        "last_error",
        "changed_at",
    ]
    list_filter = ["state"]
    list_select_related = ["event"]
    search_fields = ["=consumer", "=event__id"]
    search_help_text = _("Name of the consumer, or number of the event")
    ordering = ["-id"]
    actions = ["run_again"]

    def has_run_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_delivery")

    @admin.display(description=_("event"))
    def event_name(self, row: Delivery) -> str:
        return row.event.name

    @admin.action(description=_("Run again"), permissions=["run_again"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Make the chosen deliveries due now; those already done stay as they are."""
        for row in queryset.exclude(state=Delivery.State.DONE):
            self.log_change(request, row, [{"changed": {"fields": ["state"]}}])
        count = run_again(queryset, by=cast(User, request.user))
        self.message_user(
            request,
            ngettext(
                "%(count)d delivery will be tried again.",
                "%(count)d deliveries will be tried again.",
                count,
            )
            % {"count": count},
            messages.SUCCESS if count else messages.INFO,
        )


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beat_at"]
