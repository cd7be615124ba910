"""What goes out to reporters and other systems, and what came in by message."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.crypto import EncryptedTextField, KeyedHashField
from governance.core.ids import TimeOrderedIdField
from grids.models import District
from grids.scoping import Viewer, scope_of
from requests_hub.models.clients import Subscription
from requests_hub.models.requests import Request

M = TypeVar("M", bound=models.Model)
READERS = ("district", "admin", "auditor")
TITLE = 40
PING = "ping"  # the type of the call that tries a receiver


def title_of(subject: str, body: str) -> str:
    """What a line calls a message."""
    words = subject or " ".join(body.split())
    return words if len(words) <= TITLE else f"{words[: TITLE - 1]}…"


class DistrictQuerySet(models.QuerySet[M]):
    """Rows that only those who see a whole district may list."""

    def visible_to(self, user: Viewer) -> Self:
        scope = scope_of(user)
        held = {
            pk
            for role, where, pk in scope.held
            if role in READERS and where == "district"
        }
        return self.filter(district_id__in=held)


class SendingQuerySet(DistrictQuerySet["Sending"]):
    def waiting(self) -> Self:
        return self.filter(state=Sending.State.WAITING)

    def of(self, request: Request) -> Self:
        """What was sent about one request, newest first."""
        return self.filter(request_id=request.pk).order_by("-id")


class Sending(models.Model):
    """One message on its way: stored first, tried until it is sent or given up.

    `key` says which message it is: one (channel, key) is sent once, however often it is asked
    for. `next_at` is the row that the sweep reads; a try moves it on before it begins, so that
    a try that dies is repeated. `tries` holds the last ten: {"at", "ms", "code", "error"}.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("text message")
        HOTLINE = "hotline", _("12345 hotline")
        WEBHOOK = "webhook", _("webhook")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("sending", "waiting")
        SENT = "sent", pgettext_lazy("sending", "sent")
        GIVEN_UP = "given_up", pgettext_lazy("sending", "given up")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    request = models.ForeignKey(
        Request, models.PROTECT, null=True, related_name="+", db_index=False
    )
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    key = models.CharField(_("key"), max_length=120)
    address = EncryptedTextField(pgettext_lazy("sending", "to"), blank=True)
    address_hash = KeyedHashField(source="address", purpose="channel")
    subject = EncryptedTextField(_("subject"), blank=True)
    body = EncryptedTextField(_("text"))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True, default=timezone.now)
    tries = models.JSONField(default=list)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    receipt = models.CharField(_("number at the gateway"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True)

    shown_to = ""  # the masked address, put here by the list
    objects = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("message out")
        verbose_name_plural = _("messages out")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "key"], name="requests_hub_sending_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False)
                | (~Q(state="waiting") & Q(next_at__isnull=True)),
                name="requests_hub_sending_waits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="hub_send_due", condition=Q(state="waiting")
            ),
            models.Index(fields=["district", "-id"], name="hub_send_district"),
            models.Index(
                fields=["request", "-id"],
                name="hub_send_request",
                condition=Q(request__isnull=False),
            ),
            models.Index(
                fields=["subscription", "-id"],
                name="hub_send_subscription",
                condition=Q(subscription__isnull=False),
            ),
            models.Index(
                fields=["address_hash"],
                name="hub_send_address",
                condition=Q(request__isnull=False) & ~Q(address_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.key}"

    @property
    def title(self) -> str:
        """The subject, or the first words of what has none; of a webhook what happened."""
        if self.channel == Sending.Channel.WEBHOOK:
            if self.subject == PING:
                return str(_("test call"))
            return dictionaries.label("webhook_event", self.subject)
        return title_of(self.subject, self.body)


class IncomingQuerySet(DistrictQuerySet["Incoming"]):
    def visible_to(self, user: Viewer) -> Self:
        """Without those about private requests of which this person may not know."""
        seen = Q(request__in=Request.objects.visible_to(user))
        return super().visible_to(user).filter(Q(request__isnull=True) | seen)


class Incoming(models.Model):
    """One e-mail or text message that came in; its number in the channel is one row for ever."""

    class Outcome(models.TextChoices):
        REQUEST = "request", _("a new request")
        ADDED = "added", _("added to a request")
        LEFT = "left", _("left alone")
        REFUSED = "refused", pgettext_lazy("incoming", "refused")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=Sending.Channel.choices
    )
    number = models.CharField(_("number in the channel"), max_length=80)
    address = EncryptedTextField(pgettext_lazy("incoming", "from"), blank=True)
    address_hash = KeyedHashField(source="address", purpose="channel")
    subject = EncryptedTextField(_("subject"), blank=True)
    body = EncryptedTextField(_("text"), blank=True)
    outcome = models.CharField(
        _("what became of it"), max_length=8, choices=Outcome.choices
    )
    words = models.CharField(_("why"), max_length=300, blank=True)
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    shown_from = ""  # the masked address, put here by the list
    objects = IncomingQuerySet.as_manager()

    class Meta:
        verbose_name = _("message in")
        verbose_name_plural = _("messages in")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "channel", "number"],
                name="requests_hub_incoming_once",
            )
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="hub_incoming_district")
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.number}"

    @property
    def title(self) -> str:
        """The subject, or the first words of what has none."""
        return title_of(self.subject, self.body)
