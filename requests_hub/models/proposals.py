"""What one person asks for and another decides: a hold, an exclusion."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.ids import TimeOrderedIdField
from grids.models.places import Placed
from grids.scoping import GridScopedQuerySet
from requests_hub.models.requests import Request


class ProposalQuerySet(GridScopedQuerySet["Proposal"]):
    def open(self) -> "ProposalQuerySet":
        return self.filter(state="asked")

    def standing(self) -> "ProposalQuerySet":
        """Approved and not ended: what holds now."""
        return self.filter(state="approved", ended_at__isnull=True)


class Proposal(Placed):
    """One statement with its decision; rows are kept for ever.

    A hold that stands has its request in the state "held"; an exclusion that stands has
    `Request.is_excluded` set. `ended_at` says when it ceased to hold.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", pgettext_lazy("proposal", "Hold")
        EXCLUDE = "exclude", pgettext_lazy("proposal", "Exclusion")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("proposal", "To decide")
        APPROVED = "approved", pgettext_lazy("proposal", "Approved")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")
        DROPPED = "dropped", pgettext_lazy("proposal", "No longer asked")

    DICTIONARIES = {"hold": "hold_reason", "exclude": "exclude_reason"}

    id = TimeOrderedIdField()
    request = models.ForeignKey(Request, models.PROTECT, related_name="proposals")
    round = models.PositiveSmallIntegerField(_("round"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.ASKED
    )
    reason = models.CharField(_("kind of reason"), max_length=60)
    statement = models.TextField(_("statement"))
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.TextField(_("word of the decision"), blank=True)
    close_due_at = models.DateTimeField(
        _("was to be closed by"),
        null=True,
        blank=True,
        help_text=_("Of a hold: the deadline that stands still meanwhile."),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_note = models.TextField(_("why it ended"), blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        indexes = [
            models.Index(
                fields=["district", "kind", "state", "-id"], name="hub_proposal_list"
            ),
            models.Index(
                fields=["review_on"],
                name="hub_proposal_review",
                condition=Q(kind="hold", state="approved", ended_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=Q(state="asked") | Q(state="approved", ended_at__isnull=True),
                name="requests_hub_proposal_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind="exclude") | Q(review_on__isnull=False),
                name="requests_hub_proposal_hold_has_review_day",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")),
                name="requests_hub_proposal_maker_is_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("approved", "refused"),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    state__in=("asked", "dropped"),
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                ),
                name="requests_hub_proposal_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.get_kind_display()}"

    @property
    def reason_words(self) -> str:
        """The dictionary's word for the kind of reason."""
        entry = dictionaries.item(self.DICTIONARIES[self.kind], self.reason)
        return str(entry) if entry else self.reason
