"""Which requests are a household's: what people said over what the page finds by itself."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from grids.models import Household
from requests_hub.models.requests import Request


class HouseholdRequest(models.Model):
    """A request that somebody tied to a household, or said is not theirs."""

    id = TimeOrderedIdField()
    household = models.ForeignKey(
        Household, models.CASCADE, related_name="+", verbose_name=_("household")
    )
    request = models.ForeignKey(
        Request, models.CASCADE, related_name="+", verbose_name=_("request")
    )
    is_theirs = models.BooleanField(_("is theirs"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)

    class Meta:
        verbose_name = _("request of a household")
        verbose_name_plural = _("requests of households")
        constraints = [
            models.UniqueConstraint(
                name="requests_hub_householdrequest_once",
                fields=["household", "request"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.request_id}"
