"""Which categories were declared sensitive, and what each decision made private."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.ids import TimeOrderedIdField
from governance.core.models import DictionaryItem
from requests_hub.models.requests import Request


class CategoryFlag(models.Model):
    """One decision about a category: sensitive from now on, or no longer.

    `total` requests were to be made private with it, `done` are; an undo counts `done` down
    again. `after_id` is the last request that the present pass has looked at, so that a pass
    that dies goes on where it stood.
    """

    class State(models.TextChoices):
        HIDING = "hiding", pgettext_lazy("flag", "being done")
        DONE = "done", pgettext_lazy("flag", "done")
        SHOWING = "showing", pgettext_lazy("flag", "being undone")
        UNDONE = "undone", pgettext_lazy("flag", "undone")

    GOING_ON = (State.HIDING, State.SHOWING)

    id = TimeOrderedIdField()
    category = models.ForeignKey(
        DictionaryItem, models.PROTECT, related_name="+", verbose_name=_("category")
    )
    is_sensitive = models.BooleanField(_("sensitive"))
    was_sensitive = models.BooleanField(_("sensitive before"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    after_id = models.BigIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("sensitive category")
        verbose_name_plural = _("sensitive categories")

    def __str__(self) -> str:
        return str(self.category)

    @property
    def is_going_on(self) -> bool:
        return self.state in self.GOING_ON


class FlaggedRequest(models.Model):
    """A request that is private because of a decision about its category, and of nothing else.

    Gone as soon as a person decides about the request itself: an undo leaves it alone then.
    """

    request = models.OneToOneField(
        Request, models.CASCADE, primary_key=True, related_name="flagged"
    )
    flag = models.ForeignKey(CategoryFlag, models.PROTECT, related_name="requests")

    class Meta:
        verbose_name = _("request made private with its category")
        verbose_name_plural = _("requests made private with their category")

    def __str__(self) -> str:
        return str(self.request_id)
