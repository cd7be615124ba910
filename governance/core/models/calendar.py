"""Which days are worked."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.models.versions import bumps


class CalendarYear(models.Model):
    """A year whose days off the State Council has published and somebody has loaded."""

    id = TimeOrderedIdField()
    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("published year")
        verbose_name_plural = _("published years")
        ordering = ["-year"]
        triggers = [bumps("calendar")]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """One day that the year's notice names; every other day is Monday to Friday worked."""

    class Kind(models.TextChoices):
        WORKDAY = "workday", _("working day")
        MAKE_UP = "make_up", _("make-up working day")
        WEEKEND = "weekend", _("weekend")
        HOLIDAY = "holiday", _("public holiday")

    date = models.DateField(_("date"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("working calendar")
        ordering = ["date"]
        triggers: list[pgtrigger.Trigger] = [bumps("calendar")]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"

    @property
    def is_worked(self) -> bool:
        return self.kind in (self.Kind.WORKDAY, self.Kind.MAKE_UP)
