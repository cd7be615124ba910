"""Files that people add, stored by content."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField


class Attachment(models.Model):
    """One picture or document of one subject; the bytes lie under their SHA-256."""

    class Purpose(models.TextChoices):
        BEFORE = "before", pgettext_lazy("picture", "before")
        DURING = "during", pgettext_lazy("picture", "during")
        AFTER = "after", pgettext_lazy("picture", "after")
        CHECK = "check", pgettext_lazy("picture", "check")
        REPLY = "reply", pgettext_lazy("picture", "reply")
        OTHER = "other", pgettext_lazy("picture", "other")

    id = TimeOrderedIdField()
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose.choices, default=Purpose.BEFORE
    )
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=60)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(pgettext_lazy("picture", "taken"), null=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    created_at = models.DateTimeField(
        pgettext_lazy("picture", "added"), auto_now_add=True
    )
    redacted_at = models.DateTimeField(
        pgettext_lazy("picture", "redacted"), null=True, editable=False
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        permissions = [("attach_document", "Can attach documents to a reply")]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"], name="core_attachment_subject"
            ),
            models.Index(fields=["sha256"], name="core_attachment_content"),
            models.Index(
                fields=["created_at"],
                name="core_attachment_unbound",
                condition=models.Q(subject_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where the bytes lie in the storage."""
        return f"attachments/{self.sha256[:2]}/{self.sha256}"

    @property
    def thumb_path(self) -> str:
        """Where the small picture lies, once somebody has asked for it."""
        return f"{self.path}.thumb"

    @property
    def url(self) -> str:
        """Where it is seen; another address once it was redacted, past every browser's cache."""
        plain = reverse("attachment", args=[self.pk])
        return f"{plain}?v={self.sha256[:8]}" if self.redacted_at else plain

    @property
    def thumb_url(self) -> str:
        return f"{self.url}{'&' if self.redacted_at else '?'}size=thumb"

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
