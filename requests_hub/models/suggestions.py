"""What was suggested for a request, what the desk decided, and the models that learned from it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from grids.models import District
from requests_hub.models.requests import Request


class Suggested(models.Model):
    """The categories that a request probably has, made once and read by every page.

    `options`: best first, {"code": six digits, "share": 0 to 1, "words": [deciding words]}.
    `model_number`: the version that made them; 0 is the word list alone.
    """

    request = models.OneToOneField(
        Request, models.CASCADE, primary_key=True, related_name="suggested"
    )
    options = models.JSONField(_("options"), default=list)
    model_number = models.PositiveIntegerField(_("model"), default=0)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")

    def __str__(self) -> str:
        return f"{self.request_id}"


class CategoryBatch(models.Model):
    """Many proposals taken at once, by one person.

    `least` is the smallest share that was taken; `left` counts what was left out, by reason.
    """

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    least = models.FloatField(_("least share"))
    taken = models.PositiveIntegerField(_("taken"))
    left = models.JSONField(_("left out"), default=dict)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone = models.PositiveIntegerField(_("taken back"), default=0)

    class Meta:
        verbose_name = _("batch of categories")
        verbose_name_plural = _("batches of categories")
        indexes = [models.Index(fields=["district", "-id"], name="hub_category_batch")]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M} {self.taken}"


class CategoryDecision(models.Model):
    """A category that somebody at the desk gave a request: what models learn from.

    Those of a `batch` teach nothing: a model would only learn its own opinion.
    """

    id = TimeOrderedIdField()
    request = models.ForeignKey(
        Request, models.CASCADE, related_name="category_decisions"
    )
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    category = models.CharField(_("category"), max_length=60)
    rank = models.PositiveSmallIntegerField(
        _("place among the suggestions"),
        default=0,
        help_text=_("0: it was not suggested."),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)
    batch = models.ForeignKey(
        CategoryBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
    )

    class Meta:
        verbose_name = _("decided category")
        verbose_name_plural = _("decided categories")
        indexes = [
            models.Index(fields=["district", "-id"], name="hub_category_decision"),
            models.Index(
                fields=["batch"],
                name="hub_category_decision_batch",
                condition=Q(batch__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.category}"


class SuggestionModel(models.Model):
    """One version of what the desk's decisions taught.

    `figures` are those of this version on the newest decisions, which it had not seen, and
    `rival_figures` those of the version that was live, on the same.
    """

    class State(models.TextChoices):
        LIVE = "live", pgettext_lazy("model", "in use")
        SPARE = "spare", pgettext_lazy("model", "kept")
        REFUSED = "refused", pgettext_lazy("model", "not better")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        pgettext_lazy("model", "state"), max_length=8, choices=State.choices
    )
    taught = models.PositiveIntegerField(_("decisions learned from"))
    figures = models.JSONField(_("figures"), default=dict)
    rival_figures = models.JSONField(_("figures of the version before"), default=dict)
    data = models.BinaryField(_("model"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    live_since = models.DateTimeField(_("in use since"), null=True, blank=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("suggestion model")
        verbose_name_plural = _("suggestion models")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"], name="requests_hub_model_number"
            ),
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(state="live"),
                name="requests_hub_model_one_live",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
