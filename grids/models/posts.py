"""Who is posted where, from when to when. Posts drive `visible_to` and who may take a step."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.models.support import Department
from grids.models.tree import District, Grid


class PostQuerySet(models.QuerySet["Post"]):
    def current(self) -> "PostQuerySet":
        today = timezone.localdate()
        return self.filter(
            Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        )


class Post(models.Model):
    """One post of one person: at a grid, in a department, or for the whole district."""

    class Role(models.TextChoices):
        DISTRICT = "district", _("district dispatch")
        LEADER = "leader", _("district leader")
        TOWNSHIP = "township", _("township staff")
        GRID_LEADER = "grid_leader", _("grid leader")
        GRID_WORKER = "grid_worker", _("grid worker")
        LIAISON = "liaison", _("liaison")
        OFFICER = "officer", _("department officer")
        GOOD_PERSON = "good_person", _("good person")
        RESIDENT = "resident", _("resident")
        ADMIN = "admin", _("administrator")
        AUDITOR = "auditor", _("auditor")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    district = models.ForeignKey(District, models.PROTECT, related_name="posts")
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="posts"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="posts"
    )
    section = models.CharField(_("section"), max_length=40, blank=True)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                name="grids_post_place_fits_role",
                condition=Q(role="officer", department__isnull=False, grid__isnull=True)
                | Q(
                    role__in=["township", "grid_leader", "grid_worker", "liaison"],
                    grid__isnull=False,
                    department__isnull=True,
                )
                | Q(
                    role__in=["district", "leader", "admin", "auditor"],
                    grid__isnull=True,
                    department__isnull=True,
                )
                | Q(role__in=["good_person", "resident"], department__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_post_ends_after_start",
                condition=Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    @property
    def place_name(self) -> str:
        """Where the post is: the grid, the department, or the whole district."""
        if self.grid:
            return self.grid.name
        return self.department.short if self.department else self.district.name
