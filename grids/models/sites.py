"""Places that serve people: Party-mass service centres, stations, bases, and their pictures."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.ids import TimeOrderedIdField
from governance.core.models import Attachment
from grids import hours as opening
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked

KINDS, SERVICES, ACCESS = "site_kinds", "site_services", "site_access"


class SiteQuerySet(RecordQuerySet["Site"]):
    def open(self) -> "SiteQuerySet":
        """In use: neither planned, nor paused, nor closed for good."""
        return self.live().filter(stage=Site.Stage.OPEN)

    def public(self) -> "SiteQuerySet":
        """What residents may know of: in use or shut for a while, and not kept inside."""
        return self.live().filter(is_public=True).exclude(stage=Site.Stage.PLANNED)

    def placed(self) -> "SiteQuerySet":
        """With a position."""
        return self.filter(lon__isnull=False)


@tracked
class Site(Record):
    """One site. `lon`, `lat` are WGS 84; `hours` is what `grids.hours` says.

    `services` and `access` are codes of the dictionaries of those names. A planned site has no
    opening day in the past; a closed one has `ended_on`.
    """

    class Stage(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("site", "planned")
        OPEN = "open", pgettext_lazy("site", "in use")
        PAUSED = "paused", pgettext_lazy("site", "closed for now")

    class Level(models.TextChoices):
        DISTRICT = "district", pgettext_lazy("site", "district")
        TOWN = "town", pgettext_lazy("site", "town or street")
        VILLAGE = "village", pgettext_lazy("site", "village or community")
        GRID = "grid", pgettext_lazy("site", "grid")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=60)
    stage = models.CharField(
        pgettext_lazy("site", "stage"),
        max_length=8,
        choices=Stage.choices,
        default=Stage.OPEN,
    )
    level = models.CharField(
        _("level"), max_length=8, choices=Level.choices, default=Level.VILLAGE
    )
    address = models.CharField(_("address"), max_length=160, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    hours = models.JSONField(_("opening hours"), default=list, blank=True)
    on_holidays = models.BooleanField(_("open on public holidays"), default=False)
    services = models.JSONField(_("services"), default=list, blank=True)
    access = models.JSONField(_("access"), default=list, blank=True)
    about = models.CharField(_("about it"), max_length=300, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=40, blank=True)
    duty_phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    is_public = models.BooleanField(_("shown to residents"), default=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        indexes = record_indexes("grids_site")
        constraints = [
            models.UniqueConstraint(
                name="grids_site_name_once",
                fields=["district", "name"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_site_whole_position",
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
            ),
            models.CheckConstraint(
                name="grids_site_closes_after_opening",
                condition=Q(ended_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(ended_on__gte=models.F("opened_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("site", kwargs={"pk": self.pk})

    @property
    def kind_label(self) -> str:
        return dictionaries.label(KINDS, self.kind)

    @property
    def service_labels(self) -> list[str]:
        return _labels(SERVICES, self.services)

    @property
    def access_labels(self) -> list[str]:
        return _labels(ACCESS, self.access)

    @property
    def hours_text(self) -> str:
        return opening.as_text(self.hours)

    @property
    def hours_lines(self) -> list[tuple[str, str]]:
        """(days, times) in words."""
        return opening.lines(self.hours)

    @cached_property
    def now(self) -> opening.Now | None:
        """Open or shut at this moment; None where no hours are known."""
        return self.at(None)

    def at(self, moment: datetime | None) -> opening.Now | None:
        """Open or shut at a moment; None where no hours are known."""
        if not self.hours:
            return None
        if self.stage != self.Stage.OPEN:
            return opening.Now(False)
        return opening.now(self.hours, on_holidays=self.on_holidays, moment=moment)

    @property
    def point(self) -> tuple[float, float] | None:
        """(lon, lat), or None where the position is not known."""
        return (
            (self.lon, self.lat)
            if self.lon is not None and self.lat is not None
            else None
        )


def _labels(dictionary: str, codes: list[str]) -> list[str]:
    return [dictionaries.label(dictionary, code) for code in codes]


class SitePhoto(models.Model):
    """A picture of a site; the file is tied to this row, so that each is public or not."""

    id = TimeOrderedIdField()
    site = models.ForeignKey(Site, models.CASCADE, related_name="photos")
    file = models.OneToOneField(
        Attachment, models.PROTECT, related_name="+", verbose_name=_("picture")
    )
    caption = models.CharField(_("caption"), max_length=60, blank=True)
    is_public = models.BooleanField(_("shown to residents"), default=False)
    order = models.PositiveSmallIntegerField(
        pgettext_lazy("in a list", "order"), default=0
    )

    class Meta:
        verbose_name = _("picture of a site")
        verbose_name_plural = _("pictures of sites")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.caption or str(self.pk)
