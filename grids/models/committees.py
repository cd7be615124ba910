"""Joint committees of a street (大工委) or community (大党委): members, meetings, what they decided.

Members from resident units are part-time. A meeting puts needs on one side and offers on the
other; what they agree becomes decisions, which are tracked until somebody has checked them.
"""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries
from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.resources import RESOURCE_KINDS, Resource
from grids.models.support import Department
from grids.scoping import Scope
from grids.workflow import DECISION


class CommitteeQuerySet(RecordQuerySet["JointCommittee"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """Besides those in the area: where a department has something to carry out."""
        branches = super().scope_branches(scope)
        if scope.departments:
            branches.append(Q(pk__in=_decisions_of(scope).values("committee_id")))
        return branches


class MeetingQuerySet(RecordQuerySet["JointMeeting"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """Besides those in the area: where a department was given something to do."""
        branches = super().scope_branches(scope)
        if scope.departments:
            branches.append(Q(pk__in=_decisions_of(scope).values("meeting_id")))
        return branches


class DecisionQuerySet(RecordQuerySet["Decision"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """Besides those in the area: what a department or the person carries out."""
        branches = super().scope_branches(scope)
        branches += [Q(department_id=pk) for pk in sorted(scope.departments)]
        if scope.user_id:
            branches.append(Q(owner_id=scope.user_id))
        return branches

    def open(self) -> Self:
        return self.filter(state__in=DECISION.open_states)

    def waiting(self) -> Self:
        """To be carried out: neither done nor dropped."""
        return self.filter(state__in=("open", "doing"))

    def overdue(self, day: dt.date | None = None) -> Self:
        return self.waiting().filter(due_on__lt=day or timezone.localdate())


def _decisions_of(scope: Scope) -> Any:
    return Decision.objects.filter(department_id__in=sorted(scope.departments))


@tracked
class JointCommittee(Record):
    """The joint committee of one street or community; its grid is the place."""

    class Kind(models.TextChoices):
        STREET = "street", _("street joint committee")
        COMMUNITY = "community", _("community joint committee")

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    chair = models.CharField(_("chair"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint committee")
        verbose_name_plural = _("joint committees")
        indexes = record_indexes("grids_committee")
        constraints = [
            models.CheckConstraint(
                name="grids_committee_fits_its_grid",
                condition=Q(kind="street", large__isnull=False, medium__isnull=True)
                | Q(kind="community", medium__isnull=False, small__isnull=True),
                violation_error_message=_(
                    "A street has a street committee, a village or community its own."
                ),
            ),
            models.UniqueConstraint(
                name="grids_committee_one_a_grid",
                fields=["large", "medium"],
                nulls_distinct=False,
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("This grid has a joint committee already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("committee", args=[self.pk])


class MemberQuerySet(models.QuerySet["CommitteeMember"]):
    def current(self, day: dt.date | None = None) -> Self:
        day = day or timezone.localdate()
        lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        return self.filter(lasts, starts_on__lte=day)


class CommitteeMember(models.Model):
    """Who sits on a committee; part-time ones stand for a unit in the area."""

    id = TimeOrderedIdField()

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary member")
        PART_TIME = "part_time", _("part-time member")

    committee = models.ForeignKey(
        JointCommittee, models.CASCADE, related_name="members"
    )
    name = models.CharField(_("name"), max_length=40)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    duty = models.CharField(_("office"), max_length=40, blank=True)
    kind = models.CharField(
        _("kind of member"), max_length=10, choices=Kind.choices, default=Kind.PART_TIME
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee member")
        verbose_name_plural = _("committee members")
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                name="grids_committeemember_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="grids_committeemember_unit_of_part_time",
                condition=~Q(kind="part_time", unit=""),
            ),
            models.UniqueConstraint(
                name="grids_committeemember_once",
                fields=["committee", "name", "unit"],
                condition=Q(ends_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class JointMeeting(Record):
    """One meeting of a committee; `agenda` is a list of items after the first topic."""

    committee = models.ForeignKey(
        JointCommittee, models.PROTECT, related_name="meetings"
    )
    held_on = models.DateField(_("date"))
    venue = models.CharField(_("venue"), max_length=80, blank=True)
    first_topic = models.CharField(_("first topic (study)"), max_length=120)
    agenda = models.JSONField(_("agenda"), default=list, blank=True)
    attended: "models.ManyToManyField[CommitteeMember, Any]" = models.ManyToManyField(
        CommitteeMember, related_name="+", blank=True, verbose_name=_("present")
    )
    guests = models.CharField(_("also present"), max_length=200, blank=True)
    minutes = models.TextField(_("minutes"), blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint meeting")
        verbose_name_plural = _("joint meetings")
        indexes = record_indexes("grids_jointmeeting")
        constraints = [
            models.UniqueConstraint(
                name="grids_jointmeeting_one_a_day",
                fields=["committee", "held_on"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("This committee met on this day already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.committee} {self.held_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])

    @property
    def is_held(self) -> bool:
        return bool(self.minutes) or self.held_on < timezone.localdate()


class MeetingNeed(models.Model):
    """Something a community asks for at a meeting."""

    id = TimeOrderedIdField()
    meeting = models.ForeignKey(JointMeeting, models.CASCADE, related_name="needs")
    what = models.CharField(_("need"), max_length=120)
    kind = models.CharField(_("kind of resource"), max_length=60, blank=True)
    put_by = models.CharField(_("put by"), max_length=60)
    amount = models.PositiveIntegerField(_("how much"), null=True, blank=True)
    is_dropped = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.what

    @property
    def kind_label(self) -> str:
        return dictionaries.label(RESOURCE_KINDS, self.kind)


class MeetingOffer(models.Model):
    """Something a unit offers at a meeting, of its own or from the directory of resources."""

    id = TimeOrderedIdField()
    meeting = models.ForeignKey(JointMeeting, models.CASCADE, related_name="offers")
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, related_name="offers"
    )
    what = models.CharField(_("offer"), max_length=120)
    kind = models.CharField(_("kind of resource"), max_length=60, blank=True)
    offered_by = models.CharField(_("offered by"), max_length=60)
    amount = models.PositiveIntegerField(_("how much"), null=True, blank=True)
    is_dropped = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="grids_meetingoffer_resource_once",
                fields=["meeting", "resource"],
                condition=Q(is_dropped=False),
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def kind_label(self) -> str:
        return dictionaries.label(RESOURCE_KINDS, self.kind)


class NeedMatch(models.Model):
    """An offer that answers a need; each pair once."""

    id = TimeOrderedIdField()
    need = models.ForeignKey(MeetingNeed, models.CASCADE, related_name="matches")
    offer = models.ForeignKey(MeetingOffer, models.CASCADE, related_name="matches")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="grids_needmatch_once", fields=["need", "offer"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.offer_id}"


@tracked
class Decision(Record):
    """What a meeting decided: who does what by when. The state moves by `DECISION` alone.

    `reminded` maps a kind of reminder ("soon", "late") to the due date it was sent for.
    """

    committee = models.ForeignKey(
        JointCommittee, models.PROTECT, related_name="decisions"
    )
    meeting = models.ForeignKey(JointMeeting, models.PROTECT, related_name="decisions")
    need = models.ForeignKey(
        MeetingNeed, models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    what = models.CharField(_("decision"), max_length=200)
    owner_unit = models.CharField(_("unit that does it"), max_length=60)
    owner_name = models.CharField(_("person"), max_length=40, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    due_on = models.DateField(_("due"))
    state = models.CharField(
        _("state"), max_length=8, choices=DECISION.choices, default="open"
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    dropped_reason = models.CharField(_("why dropped"), max_length=200, blank=True)
    reminded = models.JSONField(default=dict, blank=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["due_on", "id"]
        indexes = [
            *record_indexes("grids_decision"),
            models.Index(
                fields=["due_on"],
                name="grids_decision_waiting",
                condition=Q(state__in=["open", "doing"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="grids_decision_number_once", fields=["meeting", "number"]
            ),
            models.CheckConstraint(
                name="grids_decision_dropped_with_reason",
                condition=~Q(state="dropped", dropped_reason=""),
            ),
        ]
        triggers = DECISION.triggers()

    def __str__(self) -> str:
        return self.what

    @property
    def state_info(self) -> State:
        return DECISION[self.state]

    @property
    def days_late(self) -> int:
        """Days past the due date while it waits, else 0."""
        if self.state not in ("open", "doing"):
            return 0
        return max((timezone.localdate() - self.due_on).days, 0)
