"""Who is told when a deadline nears or passes: the policy, its snapshots, what came of them."""

from datetime import date, datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State, Workflow
from grids.models import Department, District, Grid
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.scoping import Viewer
from requests_hub.escalation_workflow import SUPERVISION


class Ladder(models.Model):
    """The rungs of one kind as they were at some dispatch: never changed, shared by tasks.

    `rungs` is a list of `ladders.Rung` as dictionaries, steps in order; `digest` its SHA-256.
    """

    class Kind(models.TextChoices):
        ROUTINE = "routine", _("Routine whistle")
        CAMPAIGN = "campaign", _("Campaign whistle")
        EMERGENCY = "emergency", _("Emergency whistle")
        GRID = "grid", _("Grid task")

    class Step(models.TextChoices):
        REPORT_IN = "report_in", pgettext_lazy("clock", "Report in")
        PLAN = "plan", pgettext_lazy("clock", "Plan")
        HANDLING = "handling", pgettext_lazy("clock", "Handle")
        DECISION = "decision", pgettext_lazy("clock", "Decide a return")

    class When(models.TextChoices):
        BEFORE = "before", pgettext_lazy("rung", "before due")
        AT = "at", pgettext_lazy("rung", "at due")
        AFTER = "after", pgettext_lazy("rung", "after due")

    class Who(models.TextChoices):
        OFFICER = "officer", pgettext_lazy("rung", "officer in charge")
        HEAD = "head", pgettext_lazy("rung", "head of the unit")
        LEADER = "leader", pgettext_lazy("rung", "leader in charge")
        CENTRE = "centre", pgettext_lazy("rung", "district centre")

    class What(models.TextChoices):
        REMINDER = "reminder", pgettext_lazy("rung", "Reminder")
        SUPERVISION = "supervision", pgettext_lazy("rung", "Supervision")
        NAMING = "naming", pgettext_lazy("rung", "Naming in the bulletin")

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64, editable=False)
    rungs = models.JSONField(_("rungs"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "digest"], name="requests_hub_ladder_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:8]}"


@tracked
class EscalationRung(Record):
    """One rung of one version of the policy. A version is all rungs of one first day."""

    kind = models.CharField(
        _("kind of call"), max_length=10, choices=Ladder.Kind.choices
    )
    step = models.CharField(_("clock"), max_length=10, choices=Ladder.Step.choices)
    starts_on = models.DateField(_("in force from"))
    number = models.PositiveSmallIntegerField(_("rung"))
    when = models.CharField(
        pgettext_lazy("rung", "when"), max_length=6, choices=Ladder.When.choices
    )
    offset = models.CharField(_("how long"), max_length=8, blank=True)
    who = models.CharField(
        pgettext_lazy("rung", "who"), max_length=8, choices=Ladder.Who.choices
    )
    what = models.CharField(
        pgettext_lazy("rung", "what"), max_length=12, choices=Ladder.What.choices
    )
    every = models.CharField(_("repeat every"), max_length=8, blank=True)
    most = models.PositiveSmallIntegerField(_("repeats at most"), default=0)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation rung")
        verbose_name_plural = _("escalation rungs")
        indexes = record_indexes("hub_rung")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "step", "starts_on", "number"],
                condition=Q(ended_on__isnull=True),
                name="requests_hub_rung_once",
            ),
            models.CheckConstraint(
                condition=Q(when="at", offset="") | ~Q(when="at") & ~Q(offset=""),
                name="requests_hub_rung_offset_fits",
                violation_error_message=_(
                    "“Before” and “after” say how long; “at due” does not."
                ),
            ),
            models.CheckConstraint(
                condition=Q(every="", most=0)
                | ~Q(every="") & Q(most__range=(1, 20)) & ~Q(when="before"),
                name="requests_hub_rung_repeat_fits",
                violation_error_message=_(
                    "A repeat says how often and at most how many times (20), and comes at or"
                    " after the deadline."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_step_display()} {self.number}"


@tracked
class EscalationContact(Record):
    """Who heads a department or a town's desk, and which leader is in charge of it 分管领导."""

    class Role(models.TextChoices):
        HEAD = "head", pgettext_lazy("rung", "head of the unit")
        LEADER = "leader", pgettext_lazy("rung", "leader in charge")

    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("account"),
    )
    role = models.CharField(_("as"), max_length=8, choices=Role.choices)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation contact")
        verbose_name_plural = _("escalation contacts")
        indexes = record_indexes("hub_contact")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "department", "large", "user", "role"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="requests_hub_contact_once",
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=False) | Q(large__isnull=False),
                name="requests_hub_contact_has_unit",
                violation_error_message=_("Name a department or a town."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, user: Viewer) -> "EscalationQuerySet":
        """Whoever sees the task sees how it was escalated."""
        from requests_hub.models.tasks import Task

        return self.filter(task__in=Task.objects.visible_to(user))

    def told(self) -> "EscalationQuerySet":
        """Those of which people were told: a later rung did not take its place."""
        return self.filter(is_superseded=False)


class Escalation(models.Model):
    """One rung that fired for one task, or one reminder or supervision by hand.

    The unique key is the promise that a rung fires once: `cycle` rises when a task is sent back
    for rework, `repeat` counts from 0. By hand, `step` is "manual", `rung` 0 and `repeat` runs
    on. `is_superseded` ones were due together with a later one to the same people (nobody had
    looked for a while) and stand in the history without a notice of their own.
    """

    MANUAL = "manual"

    id = TimeOrderedIdField()
    task = models.ForeignKey(
        "requests_hub.Task",
        models.PROTECT,
        related_name="escalations",
        db_index=False,
    )
    cycle = models.PositiveSmallIntegerField(_("rework"), default=0)
    step = models.CharField(
        _("clock"),
        max_length=10,
        choices=[*Ladder.Step.choices, (MANUAL, _("by hand"))],
    )
    rung = models.PositiveSmallIntegerField(_("rung"))
    repeat = models.PositiveSmallIntegerField(_("repeat"), default=0)
    what = models.CharField(_("what"), max_length=12, choices=Ladder.What.choices)
    who = models.CharField(_("who"), max_length=8, choices=Ladder.Who.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    words = models.TextField(_("words"), blank=True)
    due_at = models.DateTimeField(_("deadline then"), null=True, blank=True)
    planned_at = models.DateTimeField(_("moment of the rung"))
    fired_at = models.DateTimeField(_("fired"))
    is_superseded = models.BooleanField(_("told with a later one"), default=False)
    told = models.PositiveSmallIntegerField(_("people told"), null=True, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "cycle", "step", "rung", "repeat"],
                name="requests_hub_escalation_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="hub_escalation_untold", condition=Q(told=0)
            )
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.task_id}"


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    def visible_to(self, user: Viewer) -> "SupervisionQuerySet":
        """Whoever sees the task sees its supervisions."""
        from requests_hub.models.tasks import Task

        return self.filter(task__in=Task.objects.visible_to(user))

    def open(self) -> "SupervisionQuerySet":
        return self.filter(state__in=SUPERVISION.open_states)

    def waiting(self) -> "SupervisionQuerySet":
        return self.filter(state="asked")


class Supervision(models.Model):
    """A statement asked of whoever holds a task, by a date, tracked until it is answered."""

    id = TimeOrderedIdField()
    task = models.ForeignKey(
        "requests_hub.Task", models.PROTECT, related_name="supervisions"
    )
    escalation = models.OneToOneField(
        Escalation, models.PROTECT, related_name="supervision"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=SUPERVISION.choices, default="asked"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    asked_at = models.DateTimeField(_("asked"))
    words = models.TextField(_("what is asked"), blank=True)
    answer_by = models.DateTimeField(_("answer by"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision")
        verbose_name_plural = _("supervisions")
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="hub_supervision_waiting",
                condition=Q(state="asked"),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"])
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="requests_hub_supervision_answered",
            )
        ]
        triggers = SUPERVISION.triggers()

    def __str__(self) -> str:
        return f"{self.task}"

    @property
    def machine(self) -> Workflow:
        return SUPERVISION

    @property
    def state_info(self) -> State:
        return SUPERVISION[self.state]

    @property
    def is_late(self) -> bool:
        return self.state == "asked" and self.answer_by < timezone.now()


class NamingQuerySet(models.QuerySet["Naming"]):
    def visible_to(self, user: Viewer) -> "NamingQuerySet":
        from requests_hub.models.tasks import Task

        return self.filter(task__in=Task.objects.visible_to(user))

    def standing(self) -> "NamingQuerySet":
        """Not struck out."""
        return self.filter(struck_at__isnull=True)

    def named(
        self, district_id: int, since: datetime | date, until: datetime | date
    ) -> "NamingQuerySet":
        """What the bulletin of a period lists: `since` included, `until` not; oldest first."""
        rows = self.standing().filter(
            district_id=district_id,
            named_at__gte=_start(since),
            named_at__lt=_start(until),
        )
        return rows.select_related(
            "department", "large", "task__request", "escalation"
        ).order_by("named_at", "id")


def _start(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return timezone.make_aware(datetime.combine(moment, datetime.min.time()))


class Naming(models.Model):
    """A unit to be named in the bulletin 通报 for a step it let lapse; a wrong one is struck out."""

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    task = models.ForeignKey(
        "requests_hub.Task", models.PROTECT, related_name="namings"
    )
    escalation = models.OneToOneField(Escalation, models.PROTECT, related_name="naming")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+"
    )
    large = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    step = models.CharField(
        _("clock"),
        max_length=10,
        choices=[
            *Ladder.Step.choices,
            (Escalation.MANUAL, _("supervision left unanswered")),
        ],
    )
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    named_at = models.DateTimeField(_("named"))
    struck_at = models.DateTimeField(_("struck out"), null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    strike_reason = models.TextField(_("why struck out"), blank=True)

    objects = NamingQuerySet.as_manager()

    class Meta:
        verbose_name = _("naming in the bulletin")
        verbose_name_plural = _("namings in the bulletin")
        indexes = [
            models.Index(fields=["district", "named_at"], name="hub_naming_period")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(strike_reason=""),
                name="requests_hub_naming_struck_with_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.department or self.large}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: Viewer) -> "FindingQuerySet":
        """Findings of the districts that somebody sees whole."""
        from grids.scoping import scope_of

        return self.filter(district_id__in=scope_of(user).districts)

    def open(self) -> "FindingQuerySet":
        return self.filter(mended_at__isnull=True)


class Finding(models.Model):
    """What the auditor found wrong: open until it no longer finds it; told once a day."""

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=24)
    subject_type = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    title = models.CharField(_("about"), max_length=160)
    data = models.JSONField(default=dict, blank=True)
    found_at = models.DateTimeField(_("found"))
    seen_at = models.DateTimeField(_("last seen"))
    told_on = models.DateField(_("last told"), null=True, blank=True)
    mended_at = models.DateTimeField(_("mended"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "subject_id"],
                condition=Q(mended_at__isnull=True),
                name="requests_hub_finding_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"
