"""Four of the six data: places 地, objects 物, sentiment 情, organisations 组织."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.crypto import EncryptedTextField
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.support import Department


def _is_point(prefix: str) -> models.CheckConstraint:
    """Both degrees or none, and within their range."""
    none = Q(lon__isnull=True, lat__isnull=True)
    both = Q(lon__range=(-180, 180), lat__range=(-90, 90))
    return models.CheckConstraint(condition=none | both, name=f"{prefix}_point")


class Positioned(models.Model):
    """Degrees in WGS84 (equal to CGCS2000), or no position."""

    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def has_position(self) -> bool:
        return self.lon is not None and self.lat is not None


@tracked
class Place(Positioned, Record):
    """地: a road, pond, school, market, hazard point. `code` is the number in its source.

    `shape` is a GeoJSON polygon in WGS84, or nothing.
    """

    code = models.CharField(_("number"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=200, blank=True)
    shape = models.JSONField(_("outline"), null=True, blank=True)
    caretaker = models.CharField(_("looked after by"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RecordQuerySet["Place"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("six data", "place")
        verbose_name_plural = pgettext_lazy("six data", "places")
        indexes = record_indexes("grids_place")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code"],
                condition=~Q(code="") & Q(ended_on__isnull=True),
                name="grids_place_code",
            ),
            _is_point("grids_place"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return _label("place_kind", self.kind)


@tracked
class PublicObject(Positioned, Record):
    """物: a component of the town by the classes of GB/T 30428.2.

    `code`: 16 digits, 6 division + 2 class + 2 subclass + 6 serial number. `kind` repeats class
    and subclass. `owner` answers for it; `owner_name` where that is no department of ours.
    """

    class State(models.TextChoices):
        GOOD = "good", pgettext_lazy("state of an object", "in order")
        DAMAGED = "damaged", pgettext_lazy("state of an object", "damaged")
        MISSING = "missing", pgettext_lazy("state of an object", "missing")
        DISUSED = "disused", pgettext_lazy("state of an object", "not in use")

    code = models.CharField(_("component code"), max_length=16)
    kind = models.CharField(_("class"), max_length=4)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.GOOD
    )
    owner = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner_name = models.CharField(_("owner unit"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    placed_on = models.DateField(_("put up on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RecordQuerySet["PublicObject"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("six data", "object")
        verbose_name_plural = pgettext_lazy("six data", "objects")
        indexes = record_indexes("grids_obj")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(ended_on__isnull=True),
                name="grids_obj_code",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{16}$"), name="grids_obj_digits"
            ),
            _is_point("grids_obj"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return _label("object_class", self.kind)

    @property
    def owner_unit(self) -> Department | str:
        """The unit that answers for it; empty while unknown."""
        return self.owner or self.owner_name


@tracked
class Sentiment(Record):
    """情: what people say and think 社情民意. Who said it stays masked, and may be left out.

    `share_count`: how many people are known to share it. `source_no`: its number where it came
    from.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a sentiment note", "open")
        PASSED_ON = "passed_on", pgettext_lazy("state of a sentiment note", "passed on")
        CLOSED = "closed", pgettext_lazy("state of a sentiment note", "closed")

    class Tendency(models.TextChoices):
        POSITIVE = "positive", _("approving")
        NEUTRAL = "neutral", _("neutral")
        WORRIED = "worried", _("worried")
        OPPOSED = "opposed", _("opposed")

    text = models.TextField(_("what was said"), max_length=2000)
    kind = models.CharField(_("kind"), max_length=40)
    source = models.CharField(_("heard through"), max_length=40)
    source_no = models.CharField(_("number in the source"), max_length=40, blank=True)
    heard_on = models.DateField(_("heard on"), default=timezone.localdate)
    share_count = models.PositiveIntegerField(_("how many share it"), default=1)
    tendency = models.CharField(
        _("tendency"),
        max_length=8,
        choices=Tendency.choices,
        default=Tendency.NEUTRAL,
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPEN
    )
    passed_to = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+"
    )
    done = models.TextField(_("what was done"), max_length=2000, blank=True)
    contact = EncryptedTextField(_("who said it, and phone"), blank=True)

    objects = RecordQuerySet["Sentiment"].as_manager()

    class Meta:
        verbose_name = _("sentiment note")
        verbose_name_plural = _("sentiment notes")
        indexes = [
            *record_indexes("grids_sent"),
            models.Index(fields=["heard_on"], name="grids_sent_heard"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source", "source_no"],
                condition=~Q(source_no="") & Q(ended_on__isnull=True),
                name="grids_sent_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(done=""), name="grids_sent_done"
            ),
            models.CheckConstraint(
                condition=~Q(state="passed_on") | Q(passed_to__isnull=False),
                name="grids_sent_passed",
            ),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:39]}…"

    @property
    def kind_label(self) -> str:
        return _label("sentiment_kind", self.kind)

    @property
    def passed_unit(self) -> Department | None:
        """The department that has it now, under the name of its column in files."""
        return self.passed_to


@tracked
class Organisation(Positioned, Record):
    """组织: an enterprise, shop, social organisation or institution at work in the grids.

    `credit_code`: GB 32100, empty while unknown. `two_new`: a new economic or new social
    organisation 两新组织.
    """

    class TwoNew(models.TextChoices):
        NONE = "", pgettext_lazy("two-new organisation", "no")
        ECONOMIC = "economic", _("new economic organisation")
        SOCIAL = "social", _("new social organisation")

    credit_code = models.CharField(_("credit code"), max_length=18, blank=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=40)
    two_new = models.CharField(
        _("two-new"),
        max_length=8,
        choices=TwoNew.choices,
        default=TwoNew.NONE,
        blank=True,
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    legal_representative = EncryptedTextField(_("legal representative"), blank=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    staff_count = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    has_party_body = models.BooleanField(_("has a Party body"), default=False)
    has_union = models.BooleanField(_("has a union"), default=False)
    has_youth_league = models.BooleanField(_("has a Youth League body"), default=False)
    has_women_body = models.BooleanField(_("has a women's body"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RecordQuerySet["Organisation"].as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = record_indexes("grids_org")
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(ended_on__isnull=True),
                name="grids_org_credit_code",
            ),
            _is_point("grids_org"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return _label("organisation_kind", self.kind)


def _label(dictionary: str, code: str) -> str:
    return dictionaries.label(dictionary, code)
