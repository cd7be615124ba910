"""Asking the resident afterwards, four answers: reached, solved, satisfied, in words."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models import Department
from grids.models.places import Placed
from grids.scoping import GridScopedQuerySet
from requests_hub.models.requests import Request
from requests_hub.workflow import SATISFACTION


class RevisitQuerySet(GridScopedQuerySet["Revisit"]):
    def valid(self) -> "RevisitQuerySet":
        """Those that count in the rates: at most one per request and round."""
        return self.filter(is_valid=True)


class Revisit(Placed):
    """One attempt to hear how it went. Rows are never changed.

    `is_valid` marks the one that counts for its round: the first that reached somebody, or the
    last attempt of the setting `REVISIT_ATTEMPTS` when nobody could be reached (then
    `is_contacted` is false and the other answers are empty). `asked_by` is null where the
    resident answered alone, on the follow page.
    """

    class Way(models.TextChoices):
        PHONE = "phone", pgettext_lazy("revisit", "by telephone")
        DOOR = "door", pgettext_lazy("revisit", "at the door")
        SELF = "self", pgettext_lazy("revisit", "by the resident, on the follow page")

    class Satisfaction(models.TextChoices):
        SATISFIED = SATISFACTION[0]
        BASICALLY = SATISFACTION[1]
        DISSATISFIED = SATISFACTION[2]
        NO_ANSWER = "no_answer", pgettext_lazy("revisit", "No answer")

    id = TimeOrderedIdField()
    request = models.ForeignKey(
        Request, models.PROTECT, related_name="revisits", db_index=False
    )
    round = models.PositiveSmallIntegerField(_("round"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    way = models.CharField(_("how"), max_length=6, choices=Way.choices)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    asked_at = models.DateTimeField(_("asked"))
    is_contacted = models.BooleanField(_("reached"))
    is_solved = models.BooleanField(_("solved"), null=True)
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True
    )
    words = models.TextField(_("what was said"), blank=True)
    is_valid = models.BooleanField(_("counts"))

    objects = RevisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("revisit")
        verbose_name_plural = _("revisits")
        indexes = [
            models.Index(fields=["district", "-asked_at"], name="hub_revisit_asked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round", "attempt"],
                name="requests_hub_revisit_attempt",
            ),
            models.UniqueConstraint(
                fields=["request", "round"],
                condition=Q(is_valid=True),
                name="requests_hub_revisit_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(is_contacted=True, is_solved__isnull=False)
                & ~Q(satisfaction="")
                | Q(is_contacted=False, is_solved__isnull=True, satisfaction=""),
                name="requests_hub_revisit_answers_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} #{self.round}.{self.attempt}"


class DepartmentAnswer(models.Model):
    """What a revisit that counts says of one department that handled the request in its round.

    One row for each department whose call had closed, so that the rates of departments count
    answers about departments 部门件次, and those of places count requests 件. `is_own` marks what was
    said of this department itself; otherwise the answer about the whole stands for it. Rows are
    never changed.
    """

    id = TimeOrderedIdField()
    revisit = models.ForeignKey(
        Revisit, models.PROTECT, related_name="departments", db_index=False
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    is_solved = models.BooleanField(_("solved"), null=True)
    satisfaction = models.CharField(
        _("satisfaction"),
        max_length=12,
        choices=Revisit.Satisfaction.choices,
        blank=True,
    )
    is_own = models.BooleanField(_("said of this department"), default=False)

    class Meta:
        verbose_name = _("answer about a department")
        verbose_name_plural = _("answers about departments")
        constraints = [
            models.UniqueConstraint(
                fields=["revisit", "department"],
                name="requests_hub_answer_once_per_department",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.revisit} {self.department}"
