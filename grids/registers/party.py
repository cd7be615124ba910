"""The registers of the Party tree: bodies, members, member households."""

import re
from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import crypto, dictionaries, registers
from governance.core.identifiers import phone_tail
from governance.core.masking import mask_address
from governance.core.registers import Column, Kind, Register, places
from governance.core.registers.reading import narrow
from governance.core.registers.spec import Planned, Problem
from grids import locate
from grids.actions.party import bound_fault, levels_of, save_organisation
from grids.actions.party_members import save_household, save_member
from grids.models import MemberHousehold, PartyMember, PartyOrganisation
from grids.models.persons import IDENTITY, PHONE_TAIL
from grids.party_workflow import ORGANISATION, WRITERS
from grids.registers import base
from grids.registers.filters import RecordFilter

PARTY = gettext_lazy("Party tree")
DESK_WRITERS = frozenset(WRITERS)
BETWEEN = re.compile(r"[、,，;；\n]+")


def choices(code: str) -> Any:
    """The choices of a list, read when a form is shown."""
    return lambda: dictionaries.choices(code)


# --- bodies -------------------------------------------------------------------------------


class OrganisationFilter(RecordFilter):
    words_in = ("name", "short_name", "code", "secretary", "unit_name")

    tier = django_filters.ChoiceFilter(
        choices=PartyOrganisation.Tier.choices, label=gettext_lazy("tier")
    )
    kind = django_filters.ChoiceFilter(
        choices=choices("party_organisation_kind"), label=gettext_lazy("kind")
    )


def bodies(viewer: Any) -> QuerySet[Any]:
    rows = base.visible(PartyOrganisation)(viewer)
    return rows.select_related("parent")


def _check_bodies(planned: Sequence[Planned], viewer: Any) -> None:
    """A grid of a level that the tier is not bound to is told before anything is written."""
    for plan in planned:
        named = plan.values.get("grid")
        known = getattr(plan.target, "tier", "")
        grid = named or getattr(plan.target, "grid_id", None)
        tier = plan.values.get("tier") or known
        level = getattr(named, "level", "")
        if not level and plan.values.get("tier") and grid:
            level = locate.place_of(grid).level
        if level and (words := bound_fault(tier, level)):
            plan.problems.append(Problem("grid" if named else "tier", words))


def _check_households(planned: Sequence[Planned], viewer: Any) -> None:
    for plan in planned:
        grid = plan.values.get("grid")
        if grid and grid.level not in levels_of("member_household"):
            words = _("A member household lies in a micro or small grid.")
            plan.problems.append(Problem("grid", words))


ORGANISATIONS = Register(
    key="party-organisations",
    model=PartyOrganisation,
    label=gettext_lazy("Party organisation"),
    plural=gettext_lazy("Party organisations"),
    columns=(
        Column(
            "name",
            gettext_lazy("name"),
            required=True,
            max_length=80,
            example="星岩社区第一网格党支部",
            aliases=("党组织名称", "支部名称"),
        ),
        Column(
            "kind",
            gettext_lazy("kind"),
            Kind.DICTIONARY,
            dictionary="party_organisation_kind",
            required=True,
            aliases=("党组织类别",),
        ),
        Column(
            "tier",
            gettext_lazy("tier"),
            Kind.CHOICE,
            choices=PartyOrganisation.Tier.choices,
            note=gettext_lazy("Left empty, it follows from the grid."),
            in_list=False,
        ),
        Column(
            "grid",
            gettext_lazy("grid"),
            Kind.GRID,
            required=True,
            note=gettext_lazy("The grid to which the body is bound."),
        ),
        Column(
            "parent",
            gettext_lazy("body above it"),
            Kind.REFERENCE,
            target="party-organisations",
            note=gettext_lazy("Left empty, it is the body of the grid above."),
            in_list=False,
        ),
        Column(
            "secretary", gettext_lazy("secretary"), max_length=40, aliases=("书记",)
        ),
        Column(
            "phone",
            gettext_lazy("contact phone"),
            Kind.PHONE,
            is_sensitive=True,
            in_list=False,
        ),
        Column(
            "founded_on", gettext_lazy("founded on"), Kind.DATE, aliases=("成立时间",)
        ),
        Column(
            "unit_name",
            gettext_lazy("resident unit"),
            max_length=80,
            note=gettext_lazy("For the body of a company, a school or another unit."),
            in_list=False,
        ),
        Column("short_name", gettext_lazy("short name"), max_length=30, in_list=False),
        Column(
            "code",
            gettext_lazy("code of the Party body"),
            max_length=30,
            in_list=False,
            aliases=("党组织代码",),
        ),
        Column("note", gettext_lazy("note"), Kind.LONG_TEXT, in_list=False),
        Column(
            "state",
            gettext_lazy("state"),
            Kind.CHOICE,
            choices=ORGANISATION.choices,
            read_only=True,
        ),
    ),
    natural_key=("name",),
    save=save_organisation,
    check=_check_bodies,
    visible=bodies,
    filters=OrganisationFilter,
    facets=("grid", "tier", "kind", "ended"),
    readers=base.READ,
    writers=DESK_WRITERS,
    icon="diagram-2",
    group=PARTY,
    page=lambda row: reverse("party_organisation", args=[row.pk]),
    about=gettext_lazy(
        "Committees, branches and groups, each bound to a grid of the level of its tier."
    ),
)


# --- members ------------------------------------------------------------------------------


class MemberFilter(RecordFilter):
    words_in = ("name", "office", "organisation__name")

    kind = django_filters.ChoiceFilter(
        choices=choices("party_member_kind"), label=gettext_lazy("kind of member")
    )
    status = django_filters.ChoiceFilter(
        choices=choices("party_member_status"), label=gettext_lazy("status")
    )
    organisation = django_filters.NumberFilter(
        field_name="organisation_id", label=gettext_lazy("Party organisation")
    )

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Four digits alone are the end of a phone; a whole identity number finds its member."""
        text = narrow(value).upper()
        if re.fullmatch(r"\d{4}|\d{11}", text):
            hashes = crypto.every_hash(phone_tail(text), PHONE_TAIL)
            return rows.filter(phone_tail_hash__in=hashes)
        if re.fullmatch(r"\d{17}[\dX]", text):
            return rows.filter(identity_hash__in=crypto.every_hash(text, IDENTITY))
        return super().by_words(rows, name, value)


def members(viewer: Any) -> QuerySet[Any]:
    return base.visible(PartyMember)(viewer).select_related("organisation", "home")


def find_members(rows: Any, viewer: Any) -> dict[int, PartyMember]:
    """Whom each row of a file means: by identity number, else by body and name."""
    seen = members(viewer).filter(ended_on__isnull=True)
    numbers = {r.values["identity"] for r in rows if r.values.get("identity")}
    hashes = [h for number in numbers for h in crypto.every_hash(number, IDENTITY)]
    by_identity = {
        m.identity: m for m in seen.filter(identity_hash__in=hashes) if hashes
    }
    names = {r.values["name"] for r in rows if r.values.get("name")}
    by_name: dict[tuple[int, str], list[PartyMember]] = {}
    for member in seen.filter(name__in=names) if names else ():
        by_name.setdefault((member.organisation_id, member.name), []).append(member)
    found: dict[int, PartyMember] = {}
    for row in rows:
        body, name = row.values.get("organisation"), row.values.get("name", "")
        same = by_name.get((body.pk, name), []) if body is not None else []
        number = row.values.get("identity", "")
        target = by_identity.get(number) or _only(same, number)
        if target is not None:
            found[row.number] = target
    return found


def _only(same: list[PartyMember], number: str) -> PartyMember | None:
    """The one of that name, unless its number is known to be another."""
    fits = [m for m in same if not (number and m.identity and m.identity != number)]
    return fits[0] if len(fits) == 1 else None


def _home(row: PartyMember) -> str:
    return places.known().words(row.home) if row.home else ""


MEMBERS = Register(
    key="party-members",
    title="name",
    model=PartyMember,
    label=gettext_lazy("member of the Party"),
    plural=gettext_lazy("Party members"),
    columns=(
        Column(
            "organisation",
            gettext_lazy("Party organisation"),
            Kind.REFERENCE,
            target="party-organisations",
            required=True,
            aliases=("所在支部", "党支部"),
            note=gettext_lazy("Its full name."),
        ),
        Column("name", gettext_lazy("Name"), required=True, max_length=40),
        Column(
            "sex",
            gettext_lazy("sex"),
            Kind.CHOICE,
            choices=PartyMember.Sex.choices,
        ),
        Column("born_on", gettext_lazy("date of birth"), Kind.DATE, in_list=False),
        Column(
            "identity",
            gettext_lazy("identity number"),
            Kind.IDENTITY,
            is_sensitive=True,
            in_list=False,
            aliases=("身份证号", "公民身份号码"),
        ),
        Column("phone", gettext_lazy("phone"), Kind.PHONE, is_sensitive=True),
        Column(
            "kind",
            gettext_lazy("kind of member"),
            Kind.DICTIONARY,
            dictionary="party_member_kind",
            required=True,
        ),
        Column(
            "status",
            gettext_lazy("status"),
            Kind.DICTIONARY,
            dictionary="party_member_status",
            required=True,
        ),
        Column(
            "joined_on",
            gettext_lazy("joined the Party on"),
            Kind.DATE,
            aliases=("入党时间",),
        ),
        Column("office", gettext_lazy("office in the Party"), max_length=40),
        Column(
            "home",
            gettext_lazy("grid of the home"),
            Kind.GRID,
            show=_home,
            in_list=False,
            note=gettext_lazy("The micro grid where the member lives."),
        ),
        Column(
            "since",
            gettext_lazy("in this body since"),
            Kind.DATE,
            read_only=True,
            in_list=False,
        ),
    ),
    natural_key=("organisation", "name"),
    find=find_members,
    save=save_member,
    visible=members,
    filters=MemberFilter,
    facets=("grid", "kind", "status", "ended"),
    readers=base.READ,
    writers=DESK_WRITERS,
    icon="person-badge",
    group=PARTY,
    is_personal=True,
    page=lambda row: reverse("party_member", args=[row.pk]),
    about=gettext_lazy(
        "Members by body. Moving somebody to another body leaves both in the history."
    ),
)


# --- member households --------------------------------------------------------------------


class HouseholdFilter(RecordFilter):
    words_in = ("name", "member__name")


def households(viewer: Any) -> QuerySet[Any]:
    rows = base.visible(MemberHousehold)(viewer).select_related("member__organisation")
    return rows.prefetch_related("linked_members__organisation")


def member_words(member: PartyMember) -> str:
    return f"{member.organisation}/{member.name}"


def read_members(text: str) -> list[PartyMember]:
    """Members by "body/name", or by the name alone where nobody else has it.

    Raises:
        ValueError: nobody has it, or several.
    """
    parts = [part.strip() for part in BETWEEN.split(text) if part.strip()]
    pairs = [part.rpartition("/") for part in parts]
    named = PartyMember.objects.live().filter(name__in=[name for *_x, name in pairs])
    rows = list(named.select_related("organisation"))
    found = []
    for body, _slash, name in pairs:
        fits = [
            m
            for m in rows
            if m.name == name and (not body or m.organisation.name == body)
        ]
        if not fits:
            raise ValueError(_("There is no Party member “%(name)s”.") % {"name": name})
        if len(fits) > 1:
            words = _(
                "Several members are called %(name)s: write the body before it, “%(example)s”."
            )
            raise ValueError(words % {"name": name, "example": member_words(fits[0])})
        found.append(fits[0])
    return found


def _linked(row: MemberHousehold) -> str:
    return "、".join(member_words(member) for member in row.linked_members.all())


HOUSEHOLDS = Register(
    key="member-households",
    model=MemberHousehold,
    label=gettext_lazy("member household"),
    plural=gettext_lazy("member households"),
    columns=(
        Column("name", gettext_lazy("name of the household"), max_length=80),
        Column(
            "member",
            gettext_lazy("member who keeps it"),
            Kind.REFERENCE,
            target="party-members",
            required=True,
            show=lambda row: member_words(row.member),
            note=gettext_lazy("Party organisation/name"),
            example="星岩社区第一网格党支部/莫桂英",
        ),
        Column(
            "grid",
            gettext_lazy("grid"),
            Kind.GRID,
            required=True,
            note=gettext_lazy("A micro or small grid."),
        ),
        Column(
            "address",
            gettext_lazy("Address"),
            is_sensitive=True,
            mask=mask_address,
            in_list=False,
        ),
        Column(
            "linked_members",
            gettext_lazy("linked members"),
            Kind.LONG_TEXT,
            parse=read_members,
            show=_linked,
            note=gettext_lazy("5 to 15, set apart by 、, each as organisation/name."),
            in_list=False,
        ),
        Column("linked_households", gettext_lazy("linked households"), Kind.INTEGER),
        Column(
            "has",
            gettext_lazy("what it has"),
            Kind.MANY,
            dictionary="member_household_items",
            aliases=("六有",),
        ),
        Column("set_up_on", gettext_lazy("set up on"), Kind.DATE),
    ),
    natural_key=("member",),
    save=save_household,
    check=_check_households,
    visible=households,
    filters=HouseholdFilter,
    facets=("grid", "ended"),
    readers=base.READ,
    writers=DESK_WRITERS,
    icon="house-heart",
    group=PARTY,
    is_personal=True,
    about=gettext_lazy(
        "Homes of members that are a point of the Party; members and neighbours meet there."
    ),
)

registers.add(ORGANISATIONS, MEMBERS, HOUSEHOLDS)
