"""What departments deliver: feeds, their runs, what was wrong, and what two sources say apart."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.crypto import EncryptedTextField
from governance.core.ids import TimeOrderedIdField
from grids.models.places import LEVELS, Placed
from grids.models.support import Department
from grids.models.tree import District
from grids.scoping import GridScopedQuerySet, Scope, Viewer, posts_of, scope_of


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user: Viewer) -> Self:
        """Officers see the feeds of their department, the staff of a district all of its."""
        scope = scope_of(user)
        districts = set(scope.districts)
        for post in posts_of(user):
            if post.role in {"township", "grid_leader"}:
                districts.add(post.district_id)
        return self.filter(
            Q(district_id__in=districts) | Q(department_id__in=scope.departments)
        )

    def in_use(self) -> Self:
        return self.filter(is_active=True)


class Feed(models.Model):
    """A list that one department keeps delivering.

    `mapping`: [{"source": heading, "column": register column, "transforms": [name],
    "codes": {old: new}}]. `sample`: headings and a few rows as JSON, gone once it is in use.
    `folder` is relative to FEED_FOLDER; `secret` names an entry of FEED_SECRETS. `next_at` is the
    row that the sweep reads. `crs` is the datum of its positions.
    """

    class Mode(models.TextChoices):
        UPLOAD = "upload", _("uploaded by hand")
        FOLDER = "folder", _("drop folder")
        URL = "url", _("fetched from an address")

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="feeds")
    department = models.ForeignKey(Department, models.PROTECT, related_name="feeds")
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    register = models.CharField(_("register"), max_length=40)
    mode = models.CharField(
        _("how it comes"), max_length=6, choices=Mode.choices, default=Mode.UPLOAD
    )
    folder = models.CharField(_("folder"), max_length=200, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    secret = models.CharField(_("name of the secret"), max_length=40, blank=True)
    every_hours = models.PositiveSmallIntegerField(
        _("hours between two looks"), null=True, blank=True
    )
    expected_days = models.PositiveSmallIntegerField(
        _("expected every so many days"), null=True, blank=True
    )
    crs = models.CharField(_("datum"), max_length=8, default="wgs84")
    mapping = models.JSONField(_("columns"), default=list, blank=True)
    headings = models.JSONField(default=list, blank=True, editable=False)
    sample = EncryptedTextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_active = models.BooleanField(_("in use"), default=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    delivered_at = models.DateTimeField(
        _("last delivered"), null=True, blank=True, editable=False
    )
    alarmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        ordering = ["department__order", "id"]
        indexes = [
            models.Index(
                fields=["next_at"], name="grids_feed_next", condition=Q(is_active=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(mode="url") | ~Q(url=""), name="grids_feed_url"
            ),
            models.CheckConstraint(
                condition=~Q(mode="folder") | ~Q(folder=""), name="grids_feed_folder"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """How it signs what it says, in the provenance of a field."""
        return f"feed:{self.code}"

    @property
    def columns(self) -> list[str]:
        return [entry["column"] for entry in self.mapping if entry.get("column")]

    @property
    def overdue_days(self) -> int:
        """Days past the day on which it was expected; 0 while in time."""
        if not (self.is_active and self.expected_days):
            return 0
        since = self.delivered_at or self.created_at
        return max((timezone.now() - since).days - self.expected_days, 0)


class FieldRule(models.Model):
    """Who is believed about one column when two sources differ.

    `order` lists sources, strongest first: "feed:<code>", "manual", "import"; those left out are
    the weakest. Without a row the rule is to ask.
    """

    class Rule(models.TextChoices):
        PRIORITY = "priority", _("the stronger source")
        NEWEST = "newest", _("the newer date")
        ASK = "ask", _("a person decides")

    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    register = models.CharField(max_length=40)
    column = models.CharField(max_length=60)
    rule = models.CharField(max_length=8, choices=Rule.choices, default=Rule.ASK)
    order = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("rule of a column")
        verbose_name_plural = _("rules of columns")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "register", "column"], name="grids_fieldrule_column"
            )
        ]

    def __str__(self) -> str:
        return f"{self.register}.{self.column}: {self.rule}"


class FeedRun(models.Model):
    """One delivery. The row is the truth: a run that stopped says so and goes on from `done`.

    `digest` is the SHA-256 of the file and of the mapping it was read with. `as_of` is the date
    of what the file says. `stored` is where the file waits until the run has ended.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a run", "waiting")
        RUNNING = "running", pgettext_lazy("state of a run", "running")
        DONE = "done", pgettext_lazy("state of a run", "done")
        NOTHING_NEW = "nothing_new", _("nothing new")
        HELD = "held", _("waits for your word")
        BROKEN = "broken", _("stopped half-way")
        REFUSED = "refused", _("file refused")

    id = TimeOrderedIdField()
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="runs")
    state = models.CharField(
        _("state"), max_length=11, choices=State.choices, default=State.WAITING
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    stored = models.CharField(max_length=300, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True)
    as_of = models.DateTimeField(_("as of"), null=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("unchanged"), default=0)
    faulty = models.PositiveIntegerField(_("with errors"), default=0)
    asked = models.PositiveIntegerField(_("to be settled"), default=0)
    outranked = models.PositiveIntegerField(_("kept beside"), default=0)
    words = models.CharField(_("what happened"), max_length=300, blank=True)
    may_shrink = models.BooleanField(default=False)
    position_checked = models.BooleanField(default=False)
    proposal = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("run of a feed")
        verbose_name_plural = _("runs of feeds")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["feed", "-id"], name="grids_feedrun_feed"),
            models.Index(
                fields=["touched_at"],
                name="grids_feedrun_open",
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["feed"],
                condition=Q(state__in=["waiting", "running"]),
                name="grids_feedrun_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in {"waiting", "running"}

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class FeedRowError(models.Model):
    """What was wrong in one row, or doubtful in one that was written all the same.

    Its cells are kept for the sheet that goes back.
    """

    run = models.ForeignKey(FeedRun, models.CASCADE, related_name="row_errors")
    number = models.PositiveIntegerField()
    column = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=300)
    is_taken = models.BooleanField(_("written all the same"), default=False)
    cells = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("faulty row")
        verbose_name_plural = _("faulty rows")
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return f"{self.number}: {self.words}"


class ClaimQuerySet(GridScopedQuerySet["Claim"]):
    def scope_branches(self, scope: Scope) -> list[Q]:
        """Officers see what their department said."""
        branches = super().scope_branches(scope)
        if scope.departments:
            feeds = Feed.objects.filter(department_id__in=scope.departments)
            branches.append(Q(feed__in=feeds.values("pk")))
        return branches

    def open(self) -> Self:
        return self.filter(state=Claim.State.OPEN)

    def standing(self) -> Self:
        """Said apart from what the record says, settled or not."""
        return self.exclude(state=Claim.State.TAKEN)


class Claim(Placed):
    """One source says something else of one field than the record does.

    `said` is the value as JSON, `shown` its text; both encrypted, and masked on pages where the
    column is sensitive. One row per feed, record and column: the latest word of the source.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be settled")
        BESIDE = "beside", _("kept beside")
        TAKEN = "taken", _("taken over")
        KEPT = "kept", _("not taken over")

    id = TimeOrderedIdField()
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="claims")
    run = models.ForeignKey(FeedRun, models.PROTECT, related_name="claims")
    register = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    record_label = EncryptedTextField(blank=True)
    column = models.CharField(max_length=60)
    said = EncryptedTextField()
    shown = EncryptedTextField(blank=True)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True)
    undo = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("differing word")
        verbose_name_plural = _("differing words")
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "register", "record_id", "column"],
                name="grids_claim_field",
            )
        ]
        indexes = [
            models.Index(fields=["register", "record_id"], name="grids_claim_record"),
            *(
                models.Index(
                    fields=[level, "-id"],
                    name=f"grids_claim_{level}",
                    condition=Q(state="open"),
                )
                for level in ("district", *LEVELS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register}:{self.record_id}.{self.column}"

    def place_at(self, record: Any) -> None:
        """Lie where the record lies."""
        for name, value in record.place_ids.items():
            setattr(self, name, value)
