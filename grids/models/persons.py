"""Persons with their papers, what is masked of them, and pairs that may be one person.

Fields follow GB/T 31000 as far as the work in a grid needs them; religion, medical and criminal
lists are left out on purpose.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries, masking
from governance.core.crypto import (
    EncryptedTextField,
    KeepsHashes,
    KeyedHashField,
    every_hash,
)
from governance.core.identifiers import phone_tail
from governance.core.ids import TimeOrderedIdField
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked

IDENTITY, PHONE_TAIL, ADDRESS = "identity", "phone-tail", "address"


class PersonQuerySet(RecordQuerySet["Person"]):
    def with_identity(self, number: str) -> "PersonQuerySet":
        """Who has exactly this number, under any key of the ring."""
        return self.filter(identity_hash__in=every_hash(number, IDENTITY))

    def with_phone_tail(self, tail: str) -> "PersonQuerySet":
        """Whose telephone number, either of two, ends in these four digits."""
        hashes = every_hash(phone_tail(tail), PHONE_TAIL)
        return self.filter(Q(phone_hash__in=hashes) | Q(other_phone_hash__in=hashes))


@tracked
class Person(KeepsHashes, Record):
    """One person, once in a district. `merged_into` names who a double turned out to be."""

    name = models.CharField(_("name"), max_length=60)
    former_name = models.CharField(_("former name"), max_length=60, blank=True)
    identity_type = models.CharField(_("kind of paper"), max_length=20, default="111")
    identity_no = EncryptedTextField(_("identity number"), blank=True, default="")
    identity_hash = KeyedHashField(source="identity_no", purpose=IDENTITY)
    sex = models.CharField(_("sex"), max_length=2, blank=True)
    birth = models.DateField(_("date of birth"), null=True, blank=True)
    nation = models.CharField(_("nationality (ethnic)"), max_length=4, blank=True)
    marriage = models.CharField(_("marriage"), max_length=4, blank=True)
    politics = models.CharField(_("political status"), max_length=4, blank=True)
    education = models.CharField(_("education"), max_length=4, blank=True)
    occupation = models.CharField(_("occupation"), max_length=60, blank=True)
    employer = models.CharField(_("employer or school"), max_length=80, blank=True)
    native_place = models.CharField(_("native place"), max_length=60, blank=True)
    registered_division = models.CharField(
        _("household registration, division"), max_length=60, blank=True
    )
    registered_address = EncryptedTextField(
        _("household registration, address"), blank=True, default=""
    )
    address = EncryptedTextField(_("address now"), blank=True, default="")
    address_hash = KeyedHashField(source="address", purpose=ADDRESS, take="address")
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_hash = KeyedHashField(source="phone", purpose=PHONE_TAIL, take="tail")
    other_phone = EncryptedTextField(_("second phone"), blank=True, default="")
    other_phone_hash = KeyedHashField(
        source="other_phone", purpose=PHONE_TAIL, take="tail"
    )
    residence = models.CharField(_("residence"), max_length=20, default="registered")
    household = models.ForeignKey(
        "grids.Household",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("household"),
    )
    relation = models.CharField(_("relation to the head"), max_length=4, blank=True)
    house = models.ForeignKey(
        "grids.House",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="residents",
        verbose_name=_("house"),
    )
    inflow_reason = models.CharField(_("came here for"), max_length=20, blank=True)
    arrived_on = models.DateField(_("came here on"), null=True, blank=True)
    permit_until = models.DateField(
        _("residence permit valid to"), null=True, blank=True
    )
    left_behind = models.CharField(_("left behind as"), max_length=20, blank=True)
    guardian = models.CharField(_("guardian or contact"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases"
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        indexes = [
            *record_indexes("grids_person"),
            models.Index(fields=["district", "name"], name="grids_person_name"),
            models.Index(
                fields=["phone_hash"],
                name="grids_person_phone",
                condition=~Q(phone_hash=""),
            ),
            models.Index(
                fields=["other_phone_hash"],
                name="grids_person_phone2",
                condition=~Q(other_phone_hash=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="grids_person_identity_once",
                fields=["district", "identity_hash"],
                condition=Q(ended_on__isnull=True) & ~Q(identity_hash=""),
            ),
            models.CheckConstraint(
                name="grids_person_has_a_name", condition=~Q(name__regex=r"^\s*$")
            ),
            models.CheckConstraint(
                name="grids_person_merged_is_ended",
                condition=Q(merged_into__isnull=True)
                | (Q(ended_on__isnull=False) & ~Q(merged_into=F("id"))),
            ),
        ]

    def __str__(self) -> str:
        return masking.mask_name(self.name)

    @property
    def household_no(self) -> str:
        return self.household.number if self.household else ""

    @property
    def house_no(self) -> str:
        return self.house.number if self.house else ""

    @property
    def masked_name(self) -> str:
        return masking.mask_name(self.name)

    @property
    def age(self) -> int | None:
        """Full years today."""
        if self.birth is None:
            return None
        today = timezone.localdate()
        had = (today.month, today.day) >= (self.birth.month, self.birth.day)
        return today.year - self.birth.year - (not had)


class PersonPair(models.Model):
    """What somebody decided about two records that may be one person.

    `journal` is JSON under the field key: every value that a merge changed, for its undo.
    """

    class State(models.TextChoices):
        MERGED = "merged", _("merged")
        UNDONE = "undone", _("undone")
        APART = "apart", _("two persons")
        REOPENED = "reopened", _("to be looked at again")

    SETTLED = (State.UNDONE, State.APART)  # not offered again until somebody says so

    id = TimeOrderedIdField()
    district = models.ForeignKey("grids.District", models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, models.CASCADE, related_name="merges")
    other = models.ForeignKey(Person, models.CASCADE, related_name="merged_away")
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    journal = EncryptedTextField(blank=True, default="", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("decision on a pair")
        verbose_name_plural = _("decisions on pairs")
        constraints = [
            models.CheckConstraint(
                name="grids_personpair_two", condition=~Q(kept=F("other"))
            ),
            models.UniqueConstraint(
                name="grids_personpair_merged_once",
                fields=["other"],
                condition=Q(state="merged"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kept_id} {self.state} {self.other_id}"


class AccessRecord(models.Model):
    """Somebody looked at personal data, for ever. Holds no value that was looked at.

    `subject_type` and `subject_id` name what was opened; a look-up that found nobody has none.
    `until` is how long an unmasked record stays open to this account.
    """

    class Kind(models.TextChoices):
        UNMASK = "unmask", _("shown in full")
        LOOKUP = "lookup", _("looked up")
        EXPORT = "export", _("exported in full")
        PRINT = "print", _("printed in full")

    id = TimeOrderedIdField()
    district = models.ForeignKey("grids.District", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_label = models.CharField(_("what"), max_length=120, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    words = models.CharField(_("reason in words"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("where from"), null=True)
    rows = models.PositiveIntegerField(_("rows"), default=1)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="grids_access_subj"
            ),
            models.Index(fields=["user", "-id"], name="grids_access_user"),
            models.Index(fields=["district", "-id"], name="grids_access_district"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'onegrid: access records are append-only';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label}"

    @property
    def reason_label(self) -> str:
        """The reason in the reader's language."""
        return dictionaries.label("unmask_reason", self.reason)
