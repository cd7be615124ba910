"""The 12345 hotline: its states beside ours, and which of its messages is which request."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from requests_hub.models.requests import Request


@tracked
class HotlineState(Record):
    """One state of the hotline and ours. Read: their word means ours. Told: ours is told so."""

    theirs = models.CharField(_("state at the hotline"), max_length=40)
    ours = models.CharField(_("our state"), max_length=16)
    is_read = models.BooleanField(_("read so"), default=True)
    is_told = models.BooleanField(_("told so"), default=True)

    objects = RecordQuerySet["HotlineState"].as_manager()

    class Meta:
        verbose_name = _("state at the hotline")
        verbose_name_plural = _("states at the hotline")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "theirs", "ours"],
                name="requests_hub_hotlinestate_once",
            ),
            models.UniqueConstraint(
                fields=["district", "theirs"],
                condition=Q(is_read=True, ended_on__isnull=True),
                name="requests_hub_hotlinestate_read",
            ),
            models.UniqueConstraint(
                fields=["district", "ours"],
                condition=Q(is_told=True, ended_on__isnull=True),
                name="requests_hub_hotlinestate_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.theirs} / {self.ours}"


@tracked
class HotlineMessage(Record):
    """One message of the hotline by its own number, and the request it became."""

    number = models.CharField(_("number at the hotline"), max_length=80)
    their_state = models.CharField(_("state at the hotline"), max_length=40, blank=True)
    request = models.OneToOneField(
        Request, models.PROTECT, related_name="hotline", verbose_name=_("request")
    )

    has_more = False  # whether words were added by the call that gave this row
    objects = RecordQuerySet["HotlineMessage"].as_manager()

    class Meta:
        verbose_name = _("hotline message")
        verbose_name_plural = _("hotline messages")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"], name="requests_hub_hotlinemessage_once"
            )
        ]
        indexes = record_indexes("hub_hotline")

    def __str__(self) -> str:
        return self.number
