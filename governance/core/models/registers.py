"""Files that go in and out of the registers: imports with their rows, and exports."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.crypto import EncryptedTextField
from governance.core.ids import TimeOrderedIdField

UNDO_HOURS = 24


class ImportRun(models.Model):
    """One file brought into a register, from the upload to its undo.

    `path` is the file, sealed, until its rows are staged. `columns` maps a column to the position
    of its heading (0 = A). `counts` has rows by verdict; `done` has created, changed, same, refused
    and, after an undo, undone and kept.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting to be read")
        CHOOSING = "choosing", _("a sheet or column must be chosen")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", pgettext_lazy("import", "checked")
        RUNNING = "running", _("being imported")
        STOPPED = "stopped", pgettext_lazy("import", "stopped")
        DONE = "done", pgettext_lazy("import", "imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("cannot be read")
        CANCELLED = "cancelled", _("given up")

    class Mode(models.TextChoices):
        SKIP = "skip", _("leave faulty rows out")
        WHOLE = "whole", _("all or nothing")

    id = TimeOrderedIdField()
    no = models.CharField(_("number"), max_length=20, unique=True)
    register = models.SlugField(_("register"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="import_runs",
        verbose_name=_("by"),
    )
    district_id = models.BigIntegerField(null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.UPLOADED
    )
    mode = models.CharField(
        _("faulty rows"), max_length=5, choices=Mode.choices, default=Mode.SKIP
    )
    file_name = models.CharField(_("file"), max_length=120)
    file_bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=120, blank=True)
    sheets = models.JSONField(default=list, blank=True)
    sheet = models.CharField(_("sheet"), max_length=80, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    headings = models.JSONField(default=list, blank=True)
    fix = models.JSONField(default=dict, blank=True)
    fault = models.TextField(_("what is wrong"), blank=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    seen = models.PositiveIntegerField(_("rows worked on"), default=0)
    counts = models.JSONField(default=dict, blank=True)
    done = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["by", "-id"], name="core_importrun_by"),
            models.Index(fields=["district_id", "-id"], name="core_importrun_district"),
            models.Index(
                fields=["beat_at"],
                name="core_importrun_active",
                condition=models.Q(
                    state__in=("uploaded", "checking", "running", "undoing")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def is_active(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.state in ("uploaded", "checking", "running", "undoing")

    @property
    def source(self) -> str:
        """What the provenance of its values says."""
        return f"import:{self.pk}"

    @property
    def undo_until(self) -> Any:
        return (
            self.finished_at + timedelta(hours=UNDO_HOURS) if self.finished_at else None
        )

    @property
    def can_be_undone(self) -> bool:
        until = self.undo_until
        return (
            self.state in ("done", "stopped")
            and self.purged_at is None
            and until is not None
            and timezone.now() < until
        )


class ImportRow(models.Model):
    """One staged row. Cells and changes may be personal: they are sealed, and go after 30 days.

    `problems` is a list of {column, words, suggestion, asks, key}; rows with the same fault have
    the same `key`; `odd` are those that only the sheet knew. `fingerprint` is a keyed hash of the natural key.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("written")
        REFUSED = "refused", _("refused")
        UNDONE = "undone", _("undone")
        KEPT = "kept", _("could not be undone")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(_("row"))
    cells = EncryptedTextField(default="{}")
    verdict = models.CharField(max_length=8, blank=True)
    changes = EncryptedTextField(default="{}")
    problems = models.JSONField(default=list, blank=True)
    odd = models.JSONField(default=list, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    is_accepted = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    is_new = models.BooleanField(default=False)
    target_id = models.BigIntegerField(null=True)
    version_after = models.PositiveIntegerField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="core_importrow_number"
            )
        ]
        indexes = [
            models.Index(
                fields=["run", "verdict", "number"], name="core_importrow_verdict"
            ),
            models.Index(
                fields=["run", "fingerprint"],
                name="core_importrow_same",
                condition=~models.Q(fingerprint=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class RegisterExport(models.Model):
    """One export: who took which rows out, how many, and why whole values if they were whole."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WRITING = "writing", _("being written")
        READY = "ready", pgettext_lazy("export", "ready")
        GONE = "gone", _("removed")
        FAILED = "failed", _("failed")

    id = TimeOrderedIdField()
    register = models.SlugField(_("register"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="register_exports",
        verbose_name=_("by"),
    )
    district_id = models.BigIntegerField(null=True, editable=False)
    query = models.CharField(_("filter"), max_length=1000, blank=True)
    is_whole = models.BooleanField(_("with sensitive values whole"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    written = models.PositiveIntegerField(_("rows written"), default=0)
    path = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export of a register")
        verbose_name_plural = _("exports of registers")
        indexes = [
            models.Index(fields=["by", "-id"], name="core_registerexport_by"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.created_at:%Y-%m-%d %H:%M}"
