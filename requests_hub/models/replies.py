"""Words that departments and desks use again and again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models.records import Record, RecordQuerySet, record_indexes, tracked


@tracked
class ReplyTemplate(Record):
    """One reply with placeholders such as {number}; see `replies.PLACEHOLDERS`.

    `category` is a code of the dictionary "request_category" and stands for all below it; empty
    means any. `occasion` is the step whose words it drafts.
    """

    class Occasion(models.TextChoices):
        REPLY = "reply", pgettext_lazy("occasion", "Reply")
        CLOSE = "close", pgettext_lazy("occasion", "Close")
        REJECT = "reject", pgettext_lazy("occasion", "Do not accept")
        ADD = "add", pgettext_lazy("occasion", "News on the way")

    title = models.CharField(_("title"), max_length=60)
    occasion = models.CharField(_("for"), max_length=8, choices=Occasion.choices)
    category = models.CharField(_("category"), max_length=60, blank=True)
    body = models.TextField(_("words"))
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        indexes = record_indexes("hub_reply")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "large", "occasion", "title"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="requests_hub_reply_template_title",
            )
        ]

    def __str__(self) -> str:
        return self.title
