"""Notices in the product: what somebody should know."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One line for one person about one event; made by a consumer, so at most once."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    event = models.ForeignKey(
        "core.Event",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    text = models.CharField(_("text"), max_length=300)
    url = models.CharField(_("address"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="core_notice_once")
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"],
                name="core_notice_unread",
                condition=models.Q(read_at__isnull=True),
            ),
            models.Index(fields=["user", "-id"], name="core_notice_user"),
        ]

    def __str__(self) -> str:
        return self.text
