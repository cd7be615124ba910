"""Files and other rows that are only looked at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from governance.core.admin.events import ReadOnlyAdmin
from governance.core.models import Attachment, IdempotencyKey, Notice


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "name",
        "content_type",
        "size_bytes",
        "purpose",
        "subject_type",
        "subject_id",
        "uploaded_by",
        "created_at",
    ]
    list_select_related = ["uploaded_by"]
    list_filter = ["content_type", "purpose"]
    search_fields = ["=subject_id", "=sha256"]
    search_help_text = _("Number of the object, or SHA-256")
    exclude = ["session_key"]
    ordering = ["-id"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "text", "created_at", "read_at"]
    list_select_related = ["user"]
    search_fields = ["=user__username"]
    search_help_text = _("Account")
    ordering = ["-id"]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ["id", "scope", "key", "subject_id", "created_at"]
    search_fields = ["=key"]
    search_help_text = _("Key")
    exclude = ["response"]
    ordering = ["-id"]
