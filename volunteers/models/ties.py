"""Ties 亲缘、人缘 between good people and households; place 地缘 is worked out, not recorded.

Only those who dispatch see them. A good person is an account, or a person of the register until
they have one; the roster can take both over.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Household, Person
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.scoping import Scope, Viewer

DISPATCHERS = frozenset({"district", "township", "grid_leader"})


class TieQuerySet(RecordQuerySet["Tie"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """Only where somebody dispatches: other posts, even on the same grid, open nothing."""
        return [
            Q(**{f"{where}_id": pk})
            for role, where, pk in scope.held
            if role in DISPATCHERS and where != "department"
        ]

    def dispatching(self, viewer: Viewer) -> "TieQuerySet":
        """What a dispatcher sees that still holds."""
        return self.visible_to(viewer).live()


@tracked
class Tie(Record):
    """One tie; it lies where the household lies."""

    class Kind(models.TextChoices):
        KINSHIP = "kinship", pgettext_lazy("tie", "kinship")
        ACQUAINTANCE = "acquaintance", pgettext_lazy("tie", "acquaintance")

    class Strength(models.TextChoices):
        SLIGHT = "slight", pgettext_lazy("tie", "slight")
        FAIR = "fair", pgettext_lazy("tie", "fair")
        CLOSE = "close", pgettext_lazy("tie", "close")

    household = models.ForeignKey(
        Household, models.CASCADE, related_name="+", verbose_name=_("household")
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("good person (account)"),
    )
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("good person (register)"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    strength = models.CharField(
        pgettext_lazy("tie", "strength"),
        max_length=6,
        choices=Strength.choices,
        default=Strength.FAIR,
    )
    note = models.CharField(_("note"), max_length=120, blank=True)

    objects = TieQuerySet.as_manager()

    class Meta:
        verbose_name = _("tie")
        verbose_name_plural = _("ties")
        indexes = record_indexes("volunteers_tie")
        constraints = [
            models.CheckConstraint(
                name="volunteers_tie_one_good_person",
                condition=Q(account__isnull=False, person__isnull=True)
                | Q(account__isnull=True, person__isnull=False),
                violation_error_message=_("Name an account or a person, one of them."),
            ),
            models.UniqueConstraint(
                name="volunteers_tie_account_once",
                fields=["household", "account", "kind"],
                condition=Q(ended_on__isnull=True, account__isnull=False),
            ),
            models.UniqueConstraint(
                name="volunteers_tie_person_once",
                fields=["household", "person", "kind"],
                condition=Q(ended_on__isnull=True, person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account or self.person} {self.get_kind_display()}"
