"""How far an import of a file has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import District


class ImportRun(models.Model):
    """One file going in. Counts are rows of the file; `done` is where it goes on."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, default="hotline")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField(_("rows"))
    done = models.PositiveIntegerField(_("rows read"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    repeated = models.PositiveIntegerField(_("there already"), default=0)
    wrong = models.PositiveIntegerField(_("with errors"), default=0)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "sha256"],
                condition=models.Q(finished_at__isnull=True),
                name="requests_hub_importrun_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
