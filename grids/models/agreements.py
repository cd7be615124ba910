"""Agreements between Party bodies, departments and units: joint building and pairing.

The name of the field: 党建联建、结对互联. An agreement has items that somebody must do by a day,
a term, and a review each year.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State
from grids.models.party import PartyOrganisation
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.support import Department
from grids.party_workflow import AGREEMENT, ITEM


class AgreementQuerySet(RecordQuerySet["Agreement"]):
    def in_force(self) -> "AgreementQuerySet":
        return self.filter(state="active")

    def with_counts(self) -> "AgreementQuerySet":
        """`items_total`, `items_open`, `items_overdue` on each row."""
        today = timezone.localdate()
        is_open = Q(items__state="open")
        return self.annotate(
            items_total=models.Count("items"),
            items_open=models.Count("items", filter=is_open),
            items_overdue=models.Count(
                "items", filter=is_open & Q(items__due__lt=today)
            ),
        )


@tracked
class Agreement(Record):
    """One agreement for one grid. `term_to` is its last day; `ended_on` the day it ended early."""

    no = models.CharField(_("number"), max_length=30)
    title = models.CharField(_("title"), max_length=100)
    kind = models.CharField(_("kind"), max_length=30)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    term_from = models.DateField(_("term from"))
    term_to = models.DateField(_("term to"))
    state = models.CharField(
        _("state"), max_length=10, choices=AGREEMENT.choices, default="active"
    )
    ended_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    renews = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
        verbose_name=_("renews"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes = [
            *record_indexes("grids_agreement"),
            models.Index(
                fields=["term_to"],
                name="grids_agreement_term",
                condition=Q(state="active"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="grids_agreement_no",
                fields=["district", "no"],
                violation_error_message=_("Another agreement has this number."),
            ),
            models.UniqueConstraint(
                name="grids_agreement_title",
                fields=["district", "title", "term_from"],
                violation_error_message=_(
                    "An agreement with this title and term is there already."
                ),
            ),
            models.CheckConstraint(
                name="grids_agreement_term_runs_forward",
                condition=Q(term_to__gte=models.F("term_from")),
                violation_error_message=_("A term ends after it began."),
            ),
            models.CheckConstraint(
                name="grids_agreement_end_has_day_and_reason",
                condition=Q(state="ended", ended_on__isnull=False) & ~Q(ended_reason="")
                | ~Q(state="ended"),
            ),
        ]
        triggers = [
            *AGREEMENT.triggers(),
            pgtrigger.Trigger(
                name="agreement_has_two_sides",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                timing=pgtrigger.Deferred,
                func="""
                    PERFORM 1 FROM grids_agreementparty WHERE agreement_id = NEW.id
                    HAVING count(*) < 2;
                    IF FOUND AND EXISTS (SELECT 1 FROM grids_agreement WHERE id = NEW.id) THEN
                      RAISE EXCEPTION 'onegrid: an agreement has at least two sides'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_badge(self) -> State:
        return AGREEMENT[self.state]

    @property
    def days_left(self) -> int:
        """Days to the last day of the term; negative when it is over."""
        return (self.term_to - timezone.localdate()).days


class AgreementParty(models.Model):
    """One side: a Party body, a department, or another unit by name."""

    id = TimeOrderedIdField()
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="parties")
    order = models.PositiveSmallIntegerField(default=0)
    organisation = models.ForeignKey(
        PartyOrganisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreement_sides",
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreement_sides",
    )
    unit_name = models.CharField(_("unit"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("side of an agreement")
        verbose_name_plural = _("sides of agreements")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                name="grids_agreementparty_is_one",
                condition=Q(
                    organisation__isnull=False, department__isnull=True, unit_name=""
                )
                | Q(organisation__isnull=True, department__isnull=False, unit_name="")
                | Q(organisation__isnull=True, department__isnull=True)
                & ~Q(unit_name=""),
            ),
            models.UniqueConstraint(
                name="grids_agreementparty_once",
                fields=["agreement", "organisation", "department", "unit_name"],
                nulls_distinct=False,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="side_stays_with_another",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    PERFORM 1 FROM grids_agreementparty WHERE agreement_id = OLD.agreement_id
                    HAVING count(*) < 2;
                    IF FOUND AND EXISTS
                       (SELECT 1 FROM grids_agreement WHERE id = OLD.agreement_id) THEN
                      RAISE EXCEPTION 'onegrid: an agreement has at least two sides'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.department or self.unit_name)


class AgreementItemQuerySet(models.QuerySet["AgreementItem"]):
    def open(self) -> "AgreementItemQuerySet":
        return self.filter(state="open")

    def overdue(self) -> "AgreementItemQuerySet":
        return self.open().filter(due__lt=timezone.localdate())


class AgreementItem(models.Model):
    """One thing that one side does by a day. Evidence are attachments of the item."""

    id = TimeOrderedIdField()
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(_("what"), max_length=200)
    who = models.CharField(_("who"), max_length=80, blank=True)
    due = models.DateField(_("by"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ITEM.choices, default="open"
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AgreementItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of an agreement")
        verbose_name_plural = _("items of agreements")
        ordering = ["order", "id"]
        indexes = [
            models.Index(
                fields=["due"],
                name="grids_agreementitem_due",
                condition=Q(state="open"),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="grids_agreementitem_says_why",
                condition=Q(state="open", done_on__isnull=True)
                | Q(state="done", done_on__isnull=False)
                | Q(state="dropped", done_on__isnull=True) & ~Q(note=""),
            ),
        ]
        triggers = [*ITEM.triggers()]

    def __str__(self) -> str:
        return self.what

    @property
    def state_badge(self) -> State:
        return ITEM[self.state]

    @property
    def is_overdue(self) -> bool:
        return (
            self.state == "open" and bool(self.due) and self.due < timezone.localdate()  # type: ignore[operator]
        )

    @property
    def days_late(self) -> int:
        return (timezone.localdate() - self.due).days if self.due else 0


class AgreementReview(models.Model):
    """What the sides thought of one year. One per agreement and year."""

    class Verdict(models.TextChoices):
        GOOD = "good", _("kept well")
        FAIR = "fair", _("kept in part")
        POOR = "poor", _("not kept")

    id = TimeOrderedIdField()
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="reviews")
    year = models.PositiveSmallIntegerField(_("year"))
    verdict = models.CharField(_("verdict"), max_length=6, choices=Verdict.choices)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    reviewed_on = models.DateField(_("reviewed on"), default=timezone.localdate)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("review of an agreement")
        verbose_name_plural = _("reviews of agreements")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                name="grids_agreementreview_one_a_year", fields=["agreement", "year"]
            ),
            models.CheckConstraint(
                name="grids_agreementreview_score",
                condition=Q(score__isnull=True) | Q(score__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_verdict_display()}"


class AgreementReminder(models.Model):
    """That one step of one day was reminded of. Unique, so that it happens once."""

    class Step(models.TextChoices):
        ENDING = "ending", _("the term ends soon")
        EXPIRED = "expired", _("the term is over")
        REVIEW = "review", _("the yearly review is due")
        ITEM = "item", _("an item is overdue")

    id = TimeOrderedIdField()
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="reminders")
    item = models.ForeignKey(
        AgreementItem, models.CASCADE, null=True, related_name="reminders"
    )
    step = models.CharField(max_length=8, choices=Step.choices)
    day = models.DateField()

    class Meta:
        verbose_name = _("reminder of an agreement")
        verbose_name_plural = _("reminders of agreements")
        constraints = [
            models.UniqueConstraint(
                name="grids_agreementreminder_once",
                fields=["agreement", "item", "step", "day"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.day}"
