"""What was covered on a picture, and the picture as it was before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.models.attachments import Attachment


class Redaction(models.Model):
    """Boxes burnt into a picture. The attachment shows the new one everywhere from then on.

    `boxes` is a list of {"x", "y", "width", "height"} in pixels of the picture before. Its bytes
    stay under `before_sha256`, for those who give a reason.
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

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        indexes = [
            models.Index(fields=["before_sha256"], name="core_redaction_content")
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} {len(self.boxes)}"

    @property
    def before_path(self) -> str:
        """Where the bytes before lie in the storage."""
        return f"attachments/{self.before_sha256[:2]}/{self.before_sha256}"
