"""The Party's own tree beside that of the grids: bodies, their members, member households.

Four tiers: town committee, village or community organisation, grid branch (or group), member
household. Which level of grid a tier is bound to is a list that administrators edit
(`party_tier`), because some places call the community the large grid; the database reads the
same list.
"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.crypto import EncryptedTextField, KeyedHashField
from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State
from grids.models.persons import IDENTITY, PHONE_TAIL
from grids.models.records import Record, RecordQuerySet, record_indexes, tracked
from grids.models.tree import Grid
from grids.party_workflow import ORGANISATION

GROUP = "group"  # the one kind that hangs below a branch

# The level of the lowest grid a row names, and whether its tier may be bound to that level.
BOUND = """
    lowest := CASE WHEN NEW.micro_id IS NOT NULL THEN 'micro'
                   WHEN NEW.small_id IS NOT NULL THEN 'small'
                   WHEN NEW.medium_id IS NOT NULL THEN 'medium'
                   WHEN NEW.large_id IS NOT NULL THEN 'large' ELSE 'district' END;
    SELECT i.data->'levels' INTO allowed FROM core_dictionaryitem i
      JOIN core_dictionary d ON d.id = i.dictionary_id
     WHERE d.code = 'party_tier' AND i.code = {tier};
    IF allowed IS NULL THEN
      allowed := CASE {tier} WHEN 'town' THEN '["large"]' WHEN 'village' THEN '["medium"]'
                 ELSE '["small","micro"]' END::jsonb;
    END IF;
    IF NOT jsonb_exists(allowed, lowest) THEN
      RAISE EXCEPTION 'onegrid: tier % is not bound to a % grid', {tier}, lowest
        USING ERRCODE = 'check_violation';
    END IF;
"""
# Whether `child` may hang below `up`.
FITS = """(
    ((up.tier, child.tier) IN (('town','village'), ('village','grid_branch'))
     OR (up.tier = 'town' AND child.tier = 'grid_branch' AND child.unit_name <> '')
     OR (up.tier = 'grid_branch' AND child.tier = 'grid_branch'
         AND child.kind = 'group' AND up.kind <> 'group'))
    AND up.district_id = child.district_id
    AND (up.large_id IS NULL OR up.large_id IS NOT DISTINCT FROM child.large_id)
    AND (up.medium_id IS NULL OR up.medium_id IS NOT DISTINCT FROM child.medium_id)
    AND (up.small_id IS NULL OR up.small_id IS NOT DISTINCT FROM child.small_id)
    AND (up.micro_id IS NULL OR up.micro_id IS NOT DISTINCT FROM child.micro_id)
)"""

BELOW = """
    IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
    SELECT * INTO up FROM grids_partyorganisation WHERE id = NEW.parent_id;
    child := NEW;
    IF NOT {fits} THEN
      RAISE EXCEPTION 'onegrid: a % body cannot hang below this % body',
        NEW.tier, up.tier USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'active' AND up.state <> 'active' THEN
      RAISE EXCEPTION 'onegrid: the body above is % already', up.state
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
""".replace("{fits}", FITS)
# At the end of a transaction: whoever changed it leaves nobody and nothing behind.
LEFT_BEHIND = """
    PERFORM 1 FROM grids_partyorganisation child
      JOIN grids_partyorganisation up ON up.id = child.parent_id
     WHERE up.id = NEW.id AND child.state = 'active'
       AND (up.state <> 'active' OR NOT {fits});
    IF FOUND THEN
      RAISE EXCEPTION 'onegrid: active bodies below % no longer fit', NEW.id
        USING ERRCODE = 'check_violation';
    END IF;
    PERFORM 1 FROM grids_partymember m JOIN grids_partyorganisation o ON o.id = m.organisation_id
     WHERE o.id = NEW.id AND o.state <> 'active' AND m.ended_on IS NULL;
    IF FOUND THEN
      RAISE EXCEPTION 'onegrid: % still has members', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
""".replace("{fits}", FITS)


class PartyOrganisationQuerySet(RecordQuerySet["PartyOrganisation"]):
    def active(self) -> "PartyOrganisationQuerySet":
        return self.filter(state="active")


@tracked
class PartyOrganisation(Record):
    """One Party body. Its place columns name the grid it is bound to.

    `unit_name` is set for the body of a resident unit (a company, a school), which may hang
    directly below the town committee. A body is never deleted: it is dissolved or merged.
    """

    class Tier(models.TextChoices):
        TOWN = "town", _("town or street committee")
        VILLAGE = "village", _("village or community organisation")
        GRID_BRANCH = "grid_branch", _("grid branch or group")

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("body above it"),
    )
    code = models.CharField(_("code of the Party body"), max_length=30, blank=True)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=30, blank=True)
    tier = models.CharField(_("tier"), max_length=12, choices=Tier.choices)
    kind = models.CharField(_("kind"), max_length=30)
    secretary = models.CharField(_("secretary"), max_length=40, blank=True)
    phone = EncryptedTextField(_("contact phone"), blank=True, default="")
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    unit_name = models.CharField(_("resident unit"), max_length=80, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ORGANISATION.choices, default="active"
    )
    ended_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name=_("merged into"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = PartyOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Party organisation")
        verbose_name_plural = _("Party organisations")
        indexes = record_indexes("grids_partyorg")
        constraints = [
            models.UniqueConstraint(
                name="grids_partyorg_name",
                fields=["district", "name"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("Another Party body has this name."),
            ),
            models.UniqueConstraint(
                name="grids_partyorg_code",
                fields=["district", "code"],
                condition=Q(ended_on__isnull=True) & ~Q(code=""),
                violation_error_message=_("Another Party body has this code."),
            ),
            models.CheckConstraint(
                name="grids_partyorg_has_a_name", condition=~Q(name__regex=r"^\s*$")
            ),
            models.CheckConstraint(
                name="grids_partyorg_towns_are_roots",
                condition=Q(tier="town", parent__isnull=True)
                | (~Q(tier="town") & Q(parent__isnull=False)),
            ),
            models.CheckConstraint(
                name="grids_partyorg_end_has_day_and_reason",
                condition=Q(
                    state="active", ended_on__isnull=True, merged_into__isnull=True
                )
                | Q(
                    ~Q(ended_reason=""),
                    state="dissolved",
                    ended_on__isnull=False,
                    merged_into__isnull=True,
                )
                | Q(
                    ~Q(ended_reason=""),
                    state="merged",
                    ended_on__isnull=False,
                    merged_into__isnull=False,
                ),
            ),
        ]
        triggers = [
            *ORGANISATION.triggers(),
            pgtrigger.Trigger(
                name="party_tier_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf(
                    "parent_id",
                    "tier",
                    "kind",
                    "unit_name",
                    "district_id",
                    "large_id",
                    "medium_id",
                    "small_id",
                    "micro_id",
                ),
                declare=[
                    ("up", "grids_partyorganisation%ROWTYPE"),
                    ("child", "grids_partyorganisation%ROWTYPE"),
                    ("allowed", "jsonb"),
                    ("lowest", "text"),
                ],
                func=BOUND.format(tier="NEW.tier") + BELOW,
            ),
            pgtrigger.Trigger(
                name="party_below_still_fits",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=LEFT_BEHIND,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        return self.short_name or self.name

    @property
    def state_badge(self) -> State:
        return ORGANISATION[self.state]


class PartyMemberQuerySet(RecordQuerySet["PartyMember"]):
    def in_body(self, organisation: PartyOrganisation) -> "PartyMemberQuerySet":
        """Live members of one body, those with an office first."""
        rows = self.live().filter(organisation=organisation)
        return rows.order_by(models.F("office").desc(), "joined_on", "pk")


@tracked
class PartyMember(Record):
    """One member. The place columns are those of the body; `home` is the grid they live in.

    Changing `organisation` writes the spells (by trigger, so raw SQL does too): `since` is the
    day in the present body, `move_reason` and `came_from` go into the new spell.
    """

    class Sex(models.TextChoices):
        MALE = "male", pgettext_lazy("sex", "male")
        FEMALE = "female", pgettext_lazy("sex", "female")

    organisation = models.ForeignKey(
        PartyOrganisation,
        models.PROTECT,
        related_name="members",
        verbose_name=_("Party organisation"),
    )
    name = models.CharField(_("name"), max_length=40)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    identity = EncryptedTextField(_("identity number"), blank=True, default="")
    identity_hash = KeyedHashField(source="identity", purpose=IDENTITY)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_tail_hash = KeyedHashField(source="phone", purpose=PHONE_TAIL, take="tail")
    status = models.CharField(_("status"), max_length=30, default="full")
    kind = models.CharField(_("kind of member"), max_length=30, blank=True)
    joined_on = models.DateField(_("joined the Party on"), null=True, blank=True)
    office = models.CharField(_("office in the Party"), max_length=40, blank=True)
    home = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("grid of the home"),
    )
    since = models.DateField(_("in this body since"), default=timezone.localdate)
    came_from = models.CharField(_("came from"), max_length=80, blank=True)
    move_reason = models.CharField(_("reason of the move"), max_length=200, blank=True)
    ended_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    left_for = models.CharField(_("left for"), max_length=80, blank=True)

    objects = PartyMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("Party member")
        verbose_name_plural = _("Party members")
        indexes = [
            *record_indexes("grids_partymember"),
            models.Index(fields=["phone_tail_hash"], name="grids_partymember_tail"),
            models.Index(
                fields=["home"],
                name="grids_partymember_home",
                condition=Q(ended_on__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="grids_partymember_identity",
                fields=["district", "identity_hash"],
                condition=Q(ended_on__isnull=True) & ~Q(identity_hash=""),
                violation_error_message=_(
                    "A Party member with this identity number is there already."
                ),
            ),
            models.CheckConstraint(
                name="grids_partymember_has_a_name", condition=~Q(name__regex=r"^\s*$")
            ),
            models.CheckConstraint(
                name="grids_partymember_end_has_a_reason",
                condition=Q(ended_on__isnull=True) | ~Q(ended_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="party_body_is_active",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id"),
                func="""
                    PERFORM 1 FROM grids_partyorganisation
                     WHERE id = NEW.organisation_id AND state = 'active'
                       AND district_id = NEW.district_id FOR SHARE;
                    IF NOT FOUND AND NEW.ended_on IS NULL THEN
                      RAISE EXCEPTION 'onegrid: a member belongs to an active body'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="party_spells",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("organisation_id", "ended_on"),
                func="""
                    IF TG_OP = 'UPDATE' THEN
                      IF NEW.organisation_id = OLD.organisation_id
                         AND NEW.ended_on IS NOT DISTINCT FROM OLD.ended_on THEN
                        RETURN NULL;
                      END IF;
                      UPDATE grids_membershipspell
                         SET ends_on = greatest(starts_on, coalesce(NEW.ended_on, NEW.since))
                       WHERE member_id = NEW.id AND ends_on IS NULL;
                    END IF;
                    IF NEW.ended_on IS NULL THEN
                      INSERT INTO grids_membershipspell
                        (member_id, organisation_id, starts_on, came_from, reason)
                      VALUES (NEW.id, NEW.organisation_id, NEW.since, NEW.came_from,
                              NEW.move_reason);
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipSpell(models.Model):
    """From when to when a member was in which body; written by the trigger of `PartyMember`."""

    id = TimeOrderedIdField()
    member = models.ForeignKey(PartyMember, models.CASCADE, related_name="spells")
    organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, related_name="spells"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    came_from = models.CharField(_("came from"), max_length=80, blank=True)
    reason = models.CharField(_("reason of the move"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("time in a Party body")
        verbose_name_plural = _("times in Party bodies")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="grids_spell_one_open",
                fields=["member"],
                condition=Q(ends_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_spell_ends_after_start",
                condition=Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on or ''}"


@tracked
class MemberHousehold(Record):
    """A member's home as a point of the Party 党员中心户, in a micro or small grid.

    `linked_members` are the 5 to 15 members that meet there; `has` are the codes met of the
    list `member_household_items` (六有).
    """

    name = models.CharField(_("name of the household"), max_length=80, blank=True)
    member = models.ForeignKey(
        PartyMember,
        models.PROTECT,
        related_name="households",
        verbose_name=_("member who keeps it"),
    )
    address = EncryptedTextField(_("address"), blank=True, default="")
    linked_members: Any = models.ManyToManyField(
        PartyMember,
        related_name="linked_to",
        blank=True,
        verbose_name=_("linked members"),
    )
    linked_households = models.PositiveIntegerField(_("linked households"), default=0)
    has = models.JSONField(_("what it has"), default=list, blank=True)
    set_up_on = models.DateField(_("set up on"), null=True, blank=True)
    ended_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    objects = RecordQuerySet["MemberHousehold"].as_manager()

    class Meta:
        verbose_name = _("member household")
        verbose_name_plural = _("member households")
        indexes = record_indexes("grids_memberhouse")
        constraints = [
            models.UniqueConstraint(
                name="grids_memberhouse_one_per_member",
                fields=["member"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("This member keeps a household already."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="household_tier_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("large_id", "medium_id", "small_id", "micro_id"),
                declare=[("allowed", "jsonb"), ("lowest", "text")],
                func=BOUND.format(tier="'member_household'") + "RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.member)
