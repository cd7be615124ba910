"""A whistle: one call to several departments about one request."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from grids.scoping import Viewer
from requests_hub.models.requests import Request


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def visible_to(self, user: Viewer) -> "WhistleQuerySet":
        """Whoever sees the request sees its whistles."""
        return self.filter(request__in=Request.objects.visible_to(user))


class Whistle(models.Model):
    """Called departments are `Task` rows of kind "whistle"; one leads, the others assist."""

    class Kind(models.TextChoices):
        ROUTINE = "routine", _("Routine whistle")
        CAMPAIGN = "campaign", _("Campaign whistle")
        EMERGENCY = "emergency", _("Emergency whistle")

    id = TimeOrderedIdField()
    request = models.ForeignKey(Request, models.PROTECT, related_name="whistles")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, default=Kind.ROUTINE
    )
    note = models.TextField(_("note"), blank=True)
    blown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    blown_at = models.DateTimeField(_("blown"))

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round"], name="requests_hub_whistle_once_per_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request} #{self.round}"
