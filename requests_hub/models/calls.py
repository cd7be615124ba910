"""What may happen to a call on its way: it stands still, is extended, or is returned."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from governance.core.models import DictionaryItem
from requests_hub.models.tasks import Task
from requests_hub.workflow_whistles import MOST_RETURNS


class Pause(models.Model):
    """One interval in which the clocks of a call stand; open while `ended_at` is null.

    `kind` is an entry of "pause_kind"; null while a return is being decided, which stands the
    clocks by itself. Deadlines are always reckoned from all intervals, never patched.
    """

    id = TimeOrderedIdField()
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="pauses", db_index=False
    )
    kind = models.ForeignKey(
        DictionaryItem, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.TextField(_("reason"))
    began_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until at the latest"), null=True)
    ended_at = models.DateTimeField(_("ran again"), null=True)
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("time on hold")
        verbose_name_plural = _("times on hold")
        ordering = ("began_at",)
        indexes = [models.Index(fields=["task", "began_at"], name="hub_pause_task")]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(ended_at__isnull=True),
                name="requests_hub_pause_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="requests_hub_pause_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.began_at:%Y-%m-%d %H:%M}"


class Extension(models.Model):
    """The one extension of a call: asked before it is due, then granted or refused."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", pgettext_lazy("extension", "granted")
        REFUSED = "refused", pgettext_lazy("extension", "refused")

    id = TimeOrderedIdField()
    task = models.OneToOneField(Task, models.PROTECT, related_name="extension")
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.ASKED
    )
    amount = models.CharField(_("how much more"), max_length=16)
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    due_before_at = models.DateTimeField(_("due before"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_at__lte=F("due_before_at")),
                name="requests_hub_extension_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="requests_hub_extension_refused_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} +{self.amount}"


class Return(models.Model):
    """One typed return of a call, and what became of it. `number` runs from 1, at most two."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("being decided")
        SENT_AGAIN = "sent_again", _("sent again")
        LET_GO = "let_go", _("department let go")
        RULED = "ruled", _("ruled: it is theirs")

    id = TimeOrderedIdField()
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="returns", db_index=False
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.ForeignKey(
        DictionaryItem, models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField(_("reason"))
    returned_at = models.DateTimeField(_("returned"))
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(
                fields=["task", "number"], name="requests_hub_return_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_RETURNS),
                name="requests_hub_return_at_most",
            ),
            models.CheckConstraint(
                condition=Q(outcome="open")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer=""),
                name="requests_hub_return_decided_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.number}"


class Score(models.Model):
    """One side's marks for the other, once, after the call is closed."""

    class Side(models.TextChoices):
        DESK = "desk", _("the desk scores the department")
        DEPARTMENT = "department", _("the department scores the call")

    id = TimeOrderedIdField()
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="scores", db_index=False
    )
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    comment = models.TextField(_("comment"), blank=True)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "side"], name="requests_hub_score_once"
            )
        ]
        indexes = [models.Index(fields=["given_at"], name="hub_score_given")]

    def __str__(self) -> str:
        return f"{self.task} {self.side}"


class Mark(models.Model):
    """1 to 5 for one criterion."""

    id = TimeOrderedIdField()
    score = models.ForeignKey(
        Score, models.PROTECT, related_name="marks", db_index=False
    )
    criterion = models.ForeignKey(
        DictionaryItem, models.PROTECT, related_name="+", db_index=False
    )
    points = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(
                fields=["score", "criterion"], name="requests_hub_mark_once"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=1, points__lte=5),
                name="requests_hub_mark_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.points}"
