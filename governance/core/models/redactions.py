"""What was covered on a picture, and the picture as it was before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.models.attachments import Attachment


class RedactionQuerySet(models.QuerySet["Redaction"]):
    def standing(self) -> "RedactionQuerySet":
        """Those that were not taken back, oldest first."""
        return self.filter(undone_at__isnull=True).order_by("id")


class Redaction(models.Model):
    """Boxes burnt into a picture. The attachment shows the new one everywhere from then on.

    `boxes` is a list of {"x", "y", "width", "height"} in pixels of the picture before. Its bytes
    stay under `before_sha256`, for those who give a reason. One that was wrong is taken back,
    newest first, and stays in the list with who did it and why.
    """

    id = TimeOrderedIdField()
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, related_name="redactions"
    )
    boxes = models.JSONField(_("boxes"))
    reason = models.CharField(_("reason"), max_length=200)
    before_sha256 = models.CharField(max_length=64)
    before_size_bytes = models.PositiveIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    undone_at = models.DateTimeField(_("taken back"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    undo_reason = models.CharField(_("why taken back"), max_length=200, blank=True)

    objects = RedactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        indexes = [
            models.Index(fields=["before_sha256"], name="core_redaction_content")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True)
                | models.Q(undone_by__isnull=False) & ~models.Q(undo_reason=""),
                name="core_redaction_undone_with_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} {len(self.boxes)}"

    @property
    def before_path(self) -> str:
        """Where the bytes before lie in the storage."""
        return f"attachments/{self.before_sha256[:2]}/{self.before_sha256}"
