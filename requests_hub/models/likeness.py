"""What makes requests alike: fingerprints of their words, and the issues that they add up to."""

from collections.abc import Mapping

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from governance.core.crypto import EncryptedTextField, KeyedHashField
from governance.core.ids import TimeOrderedIdField
from grids.models import Department, District
from grids.scoping import Viewer
from requests_hub.models.requests import Request


def numbers() -> ArrayField:  # type: ignore[type-arg]
    """An array of 32-bit integers."""
    return ArrayField(models.IntegerField(), default=list)


class GramTable(models.Model):
    """In how many of the last requests each group of characters stood; see `likeness.grams`.

    The groups are kept as 32-bit hashes, so that no text can be read out of it. `hashes` and
    `counts` are arrays of 4-byte integers of one length, compressed, sorted by hash.
    """

    district = models.OneToOneField(District, models.CASCADE, primary_key=True)
    documents = models.PositiveIntegerField(_("requests read"))
    hashes = models.BinaryField()
    counts = models.BinaryField()
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("word table")
        verbose_name_plural = _("word tables")

    def __str__(self) -> str:
        return f"{self.district} ({self.documents})"


class HotIssueQuerySet(models.QuerySet["HotIssue"]):
    def visible_to(self, user: Viewer) -> "HotIssueQuerySet":
        """Whoever may see one of its requests sees the issue."""
        seen = Request.objects.visible_to(user).filter(likeness__issue=OuterRef("pk"))
        return self.filter(Exists(seen))


class HotIssue(models.Model):
    """One matter that several requests are about, over time.

    The weights are those of its requests added up: `grams` with `weights` tell it from others,
    `matters` with `matter_weights` say what kind of thing it is.
    """

    id = TimeOrderedIdField()
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    is_named = models.BooleanField(_("named by a person"), default=False)
    grams = numbers()
    weights = numbers()
    matters = numbers()
    matter_weights = numbers()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    size = models.PositiveIntegerField(_("requests"), default=0)
    first_at = models.DateTimeField(_("first request"))
    last_at = models.DateTimeField(_("last request"))
    topic_month = models.DateField(_("topic of the month"), null=True, blank=True)
    lead_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), db_default=Now())
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = HotIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("hot issue")
        verbose_name_plural = _("hot issues")
        indexes = [
            models.Index(fields=["district", "-last_at"], name="hub_issue_last"),
            models.Index(
                fields=["district", "topic_month"],
                name="hub_issue_topic",
                condition=models.Q(topic_month__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_names",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("title"),
                func=(
                    "IF TG_OP = 'INSERT' OR OLD.title <> NEW.title THEN "
                    "INSERT INTO requests_hub_issuename (issue_id, title, at) "
                    "VALUES (NEW.id, NEW.title, clock_timestamp()); END IF; RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def fill(
        self, tells: Mapping[int, int], matters: Mapping[int, int], size: int
    ) -> None:
        """Take over what its requests add up to."""
        self.grams, self.weights = list(tells), list(tells.values())
        self.matters, self.matter_weights = list(matters), list(matters.values())
        self.size = size


class Likeness(models.Model):
    """The fingerprint of one request.

    `probes` are its heaviest groups, by which others are looked up; `person` tells reporters
    apart without naming them (64-bit hash). `is_fixed`: a person put it where it is.
    """

    request = models.OneToOneField(
        Request, models.CASCADE, primary_key=True, related_name="likeness"
    )
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", db_index=False
    )
    issue = models.ForeignKey(
        HotIssue, models.SET_NULL, null=True, blank=True, related_name="likenesses"
    )
    is_fixed = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    person = models.BigIntegerField()
    supporters = models.PositiveIntegerField(_("supporters"), default=0)
    grams = numbers()
    weights = numbers()
    matters = numbers()
    matter_weights = numbers()
    probes = numbers()

    class Meta:
        verbose_name = _("likeness")
        verbose_name_plural = _("likenesses")
        indexes = [
            GinIndex(fields=["probes"], name="hub_like_probes"),
            models.Index(
                fields=["district", "-asked_at"],
                name="hub_like_asked",
                condition=models.Q(issue__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_members",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("issue_id")
                | pgtrigger.Delete,
                declare=[("was", "bigint"), ("now_", "bigint"), ("whose", "bigint")],
                func=(
                    "IF TG_OP <> 'INSERT' THEN was := OLD.issue_id; whose := OLD.request_id; END IF; "
                    "IF TG_OP <> 'DELETE' THEN now_ := NEW.issue_id; whose := NEW.request_id; END IF; "
                    "IF was IS DISTINCT FROM now_ THEN "
                    "INSERT INTO requests_hub_issuemember (request_id, issue_id, at) "
                    "VALUES (whose, now_, clock_timestamp()); END IF; RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.request_id)


def _append_only() -> list[pgtrigger.Trigger]:
    changes = pgtrigger.Update | pgtrigger.Delete
    return [pgtrigger.Protect(name="append_only", operation=changes)]


class IssueMember(models.Model):
    """From `at` on a request belonged to this issue, to none when it is empty; by a trigger.

    Issues grow, part and join; what an issued bulletin said of them is reckoned from here.
    """

    request_id = models.BigIntegerField()
    issue_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("former member of an issue")
        verbose_name_plural = _("former members of issues")
        indexes = [models.Index(fields=["request_id", "-id"], name="hub_issue_member")]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.request_id}: {self.issue_id}"


class IssueName(models.Model):
    """From `at` on an issue had this title; by a trigger."""

    issue_id = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=120)
    at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("former title of an issue")
        verbose_name_plural = _("former titles of issues")
        indexes = [models.Index(fields=["issue_id", "-id"], name="hub_issue_name")]
        triggers = _append_only()

    def __str__(self) -> str:
        return self.title


class Supporter(models.Model):
    """Somebody who said "me too" to a request that was there, instead of asking again.

    Counted once by phone, or by browser where no phone was given. `phone` only to tell them
    when it is done; `follow_code` shows how it stands, and gives no say in it.
    """

    id = TimeOrderedIdField()
    follow_code = models.CharField(
        _("follow-up code"), max_length=10, blank=True, db_default=""
    )
    request = models.ForeignKey(Request, models.CASCADE, related_name="supporter_rows")
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_hash = KeyedHashField(source="phone", purpose="phone")
    visitor = models.CharField(_("browser"), max_length=32, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "phone_hash"],
                condition=~models.Q(phone_hash=""),
                name="requests_hub_supporter_once_by_phone",
            ),
            models.UniqueConstraint(
                fields=["request", "visitor"],
                condition=~models.Q(visitor=""),
                name="requests_hub_supporter_once_by_browser",
            ),
            models.UniqueConstraint(
                fields=["follow_code"],
                condition=~models.Q(follow_code=""),
                name="requests_hub_supporter_follow_code",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
