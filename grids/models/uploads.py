"""A file between its preview and its being carried out."""

import gzip
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from grids.models.tree import District


class GridUpload(models.Model):
    """A whole tree or many outlines, read and waiting to be confirmed.

    `payload` is gzipped JSON, written once; `options` what the person chose on the preview.
    """

    class Kind(models.TextChoices):
        TREE = "tree", _("whole tree")
        POLYGONS = "polygons", _("outlines")

    id = TimeOrderedIdField()
    district = models.ForeignKey(
        District, models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    file_name = models.CharField(_("file"), max_length=200)
    payload = models.BinaryField()
    options = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.file_name

    @staticmethod
    def packed(data: Any) -> bytes:
        """Any JSON as `payload` keeps it."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return gzip.compress(text.encode(), 4, mtime=0)

    @property
    def data(self) -> Any:
        """What was packed."""
        return json.loads(gzip.decompress(bytes(self.payload)))
