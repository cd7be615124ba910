"""Rules that say which departments a request goes to, what they decided, and their trials."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models import Department, District, Grid
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.resources import NOT_STAFF
from grids.scoping import Viewer, posts_of
from requests_hub.models.requests import Request
from requests_hub.models.whistles import Whistle


class RoutingRuleQuerySet(RecordQuerySet["RoutingRule"]):
    def visible_to(self, user: Viewer) -> Self:
        """The rules of one's own area, and those of the whole district one works for."""
        posts = (post for post in posts_of(user) if post.role not in NOT_STAFF)
        whole = Q(large__isnull=True, district_id__in={p.district_id for p in posts})
        own = super().visible_to(user)
        return self.filter(Q(pk__in=own.values("pk")) | whole)

    def in_order(self) -> "RoutingRuleQuerySet":
        """As they are asked: the first that fits decides."""
        return self.live().order_by("order", "pk")


@tracked
class RoutingRule(Record):
    """If a request fits every condition, these departments are proposed for it.

    An empty condition fits everything. The place columns are a condition too: the request lies
    in this grid or below. `assist` holds ids of departments; `hours` spans as `grids.hours`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("rule", "draft")
        LIVE = "live", pgettext_lazy("rule", "in force")
        OFF = "off", pgettext_lazy("rule", "switched off")

    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveIntegerField(_("order"), default=0)
    state = models.CharField(
        pgettext_lazy("rule", "state"),
        max_length=8,
        choices=State.choices,
        default=State.DRAFT,
    )
    off_reason = models.CharField(_("why it is off"), max_length=200, blank=True)
    live_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("put in force by"),
        help_text=_("Answers for what it dispatches by itself."),
    )
    tried_version = models.PositiveIntegerField(
        _("version that was tried"), default=0, editable=False
    )
    category = models.CharField(_("category"), max_length=60, blank=True)
    channel = models.CharField(
        _("channel"), max_length=10, choices=Request.Channel.choices, blank=True
    )
    words = models.TextField(pgettext_lazy("routing", "words"), blank=True)
    area_type = models.CharField(
        _("area type"), max_length=10, choices=Grid.AreaType.choices, blank=True
    )
    hours = models.JSONField(_("days and times"), default=list, blank=True)
    starts_on = models.DateField(pgettext_lazy("date", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("date", "to"), null=True, blank=True)
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("lead department")
    )
    assist = models.JSONField(_("assisting departments"), default=list, blank=True)
    kind = models.CharField(
        _("deadline class"),
        max_length=10,
        choices=Whistle.Kind.choices,
        default=Whistle.Kind.ROUTINE,
    )
    due = models.CharField(_("own time to handle it"), max_length=12, blank=True)
    urgency = models.CharField(
        _("raise the urgency to"),
        max_length=10,
        choices=Request.Urgency.choices,
        blank=True,
    )
    is_automatic = models.BooleanField(_("dispatches by itself"), default=False)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        indexes = record_indexes("hub_routingrule")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                condition=Q(ended_on__isnull=True),
                name="requests_hub_rule_one_name",
                violation_error_message=_("A rule of this name is already there."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="requests_hub_rule_dates",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(state="off") | ~Q(off_reason=""),
                name="requests_hub_rule_off_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def departments(self) -> list[int]:
        """Ids of the departments that it names, the lead first."""
        return [self.lead_id, *self.assist]


class RoutingDecision(models.Model):
    """What the rules said of a request in one round, and why; the newest one counts.

    `matched`: the conditions that decided, {"what": code, "value": text}. `outcome`: {"lead": id,
    "assist": [ids], "kind", "due", "urgency", "urgency_before"}; without a rule nothing fitted.
    """

    id = TimeOrderedIdField()
    request = models.ForeignKey(Request, models.CASCADE, related_name="routings")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    rule = models.ForeignKey(
        RoutingRule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule_name = models.CharField(_("rule"), max_length=60, blank=True)
    rule_version = models.PositiveIntegerField(_("version"), default=0)
    matched = models.JSONField(_("what fitted"), default=list)
    outcome = models.JSONField(_("what it says"), default=dict)
    was_automatic = models.BooleanField(_("dispatched by itself"), default=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.rule_name}"


class RoutingTrial(models.Model):
    """A dry run of the rules over the last requests: now against then.

    "Now" are the rules in force; "then" the same with `rule` as it stands. `result` has counts by
    department and the requests that would go elsewhere; see `routing.trials`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("trial", "waiting")
        RUNNING = "running", pgettext_lazy("trial", "running")
        DONE = "done", pgettext_lazy("trial", "done")
        FAILED = "failed", pgettext_lazy("trial", "failed")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    rule = models.ForeignKey(RoutingRule, models.PROTECT, related_name="trials")
    rule_version = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        pgettext_lazy("trial", "state"),
        max_length=8,
        choices=State.choices,
        default=State.WAITING,
    )
    wanted = models.PositiveIntegerField(_("requests to try"))
    done = models.PositiveIntegerField(_("tried"), default=0)
    result: Any = models.JSONField(_("result"), default=dict)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(
        pgettext_lazy("trial", "asked for"), default=timezone.now
    )
    beat_at = models.DateTimeField(_("last sign"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("trial of a rule")
        verbose_name_plural = _("trials of rules")
        indexes = [
            models.Index(
                fields=["made_at"],
                name="hub_trial_open",
                condition=Q(state__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.made_at:%m-%d %H:%M}"
