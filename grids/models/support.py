"""Who else serves the grids: departments and other units that can be called."""

from typing import Self

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.models import User
from grids.models.tree import District


class DepartmentQuerySet(models.QuerySet["Department"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The whole directory of the districts where somebody is posted."""
        # Late: the scope reads posts, and a post names a department.
        from grids.scoping import posts_of

        districts = {post.district_id for post in posts_of(user)}
        return self.filter(district_id__in=sorted(districts))


@pghistory.track(
    pghistory.UpdateEvent("update", row=pghistory.Old),
    pghistory.DeleteEvent("delete", row=pghistory.Old),
    append_only=True,
    exclude=["provenance"],
)
class Department(models.Model):
    """A unit that a whistle can call. Sorted by official order, never by alphabet."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("department")
        INSTITUTION = "institution", _("public institution")
        UTILITY = "utility", _("public utility")
        MASS_ORGANISATION = "mass", _("mass organisation")

    district = models.ForeignKey(District, models.PROTECT, related_name="departments")
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    short_name = models.CharField(_("short name"), max_length=20, blank=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=Kind.choices, default=Kind.DEPARTMENT
    )
    duty_phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    duties = models.TextField(_("what it answers for"), blank=True)
    order = models.PositiveIntegerField(_("official order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        return self.short_name or self.name
