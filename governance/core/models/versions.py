"""When reference data last changed, so that each process can keep a copy of it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReferenceVersion(models.Model):
    """One row per kind of reference data; triggers move it, also after raw SQL."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("version of reference data")
        verbose_name_plural = _("versions of reference data")

    def __str__(self) -> str:
        return f"{self.name} {self.changed_at:%Y-%m-%d %H:%M:%S}"


def bumps(name: str) -> pgtrigger.Trigger:
    """A trigger that moves the version `name` after every statement that writes the table."""
    return pgtrigger.Trigger(
        name=f"bumps_{name}",
        when=pgtrigger.After,
        operation=pgtrigger.Insert
        | pgtrigger.Update
        | pgtrigger.Delete
        | pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=(
            "INSERT INTO core_referenceversion (name, changed_at) "  # noqa: S608 - our own word
            f"VALUES ('{name}', clock_timestamp()) ON CONFLICT (name) "
            "DO UPDATE SET changed_at = excluded.changed_at; RETURN NULL;"
        ),
    )
