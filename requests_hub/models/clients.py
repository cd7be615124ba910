"""Programs that speak with us: who they are, their keys, and whom we tell of what happens."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.crypto import EncryptedTextField
from grids.models.records import Record, RecordQuerySet, tracked


@tracked
class ApiClient(Record):
    """A program outside, and what it may do. `limit` reads like 60/m; it counts writes."""

    name = models.CharField(pgettext_lazy("client", "name"), max_length=60)
    contact = models.CharField(_("whom to ask"), max_length=120, blank=True)
    may_report = models.BooleanField(_("may send requests"), default=False)
    may_update = models.BooleanField(_("may read and send updates"), default=False)
    may_hotline = models.BooleanField(_("is the hotline"), default=False)
    may_message = models.BooleanField(
        _("brings e-mail and text messages"), default=False
    )
    limit = models.CharField(_("most writes"), max_length=12, default="120/m")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = RecordQuerySet["ApiClient"].as_manager()

    class Meta:
        verbose_name = _("program outside")
        verbose_name_plural = _("programs outside")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"], name="requests_hub_apiclient_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """One key of a program. Only its SHA-256 is kept; `prefix` is its first part, for people.

    A key that was replaced is good until `ends_at`, so that a program can change over.
    """

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    ends_at = models.DateTimeField(_("good until"), null=True)
    used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.prefix

    @property
    def is_good(self) -> bool:
        return self.ends_at is None or self.ends_at > timezone.now()


def _tracked_settings(model: Any) -> Any:
    """History of what people set; how the calls go is no change of the record."""
    keep: Any = pghistory.track(
        pghistory.UpdateEvent("update", row=pghistory.Old),
        pghistory.DeleteEvent("delete", row=pghistory.Old),
        append_only=True,
        exclude=[
            "provenance",
            "secret",
            "old_secret",
            "old_secret_until",
            "failing_since",
            "paused_until",
            "failures",
        ],
    )
    return keep(model)


@_tracked_settings
class Subscription(Record):
    """An address that is told of events by signed calls.

    `event_names` are codes of the dictionary `webhook_event`. `failures` counts failed tries since the
    last good one; while `paused_until` is ahead nothing is tried, so that an address that is away
    costs one try a pause and not one a message.
    """

    name = models.CharField(pgettext_lazy("client", "name"), max_length=60)
    url = models.CharField(_("address of the receiver"), max_length=500)
    event_names = models.JSONField(_("events"), default=list)
    secret = EncryptedTextField(editable=False)
    old_secret = EncryptedTextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    failing_since = models.DateTimeField(null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)

    objects = RecordQuerySet["Subscription"].as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"], name="requests_hub_subscription_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["district"],
                name="hub_subscription_active",
                condition=Q(is_active=True, ended_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name
