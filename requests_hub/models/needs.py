"""Which request a need became: of a household, or of a community at a joint meeting."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from grids.models import HouseholdNeed, MeetingNeed
from requests_hub.models.requests import Request


class NeedRequest(models.Model):
    """The link between one need and the one request made from it."""

    id = TimeOrderedIdField()
    request = models.OneToOneField(
        Request, models.CASCADE, related_name="+", verbose_name=_("request")
    )
    household_need = models.OneToOneField(
        HouseholdNeed, models.CASCADE, null=True, blank=True, related_name="+"
    )
    meeting_need = models.OneToOneField(
        MeetingNeed, models.CASCADE, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("request from a need")
        verbose_name_plural = _("requests from needs")
        constraints = [
            models.CheckConstraint(
                name="requests_hub_needrequest_one_need",
                condition=Q(household_need__isnull=False, meeting_need__isnull=True)
                | Q(household_need__isnull=True, meeting_need__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_need_id or self.meeting_need_id} {self.request_id}"
