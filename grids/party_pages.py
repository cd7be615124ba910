"""What the pages of the Party tree show, each in a fixed number of statements."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.models import Event, User
from grids import party_rates
from grids.actions.party_members import link_limits
from grids.models import (
    Agreement,
    AgreementItem,
    AgreementParty,
    Grid,
    MemberHousehold,
    PartyMember,
    PartyOrganisation,
    Person,
)
from grids.party_workflow import WRITERS
from grids.registers import base
from grids.scoping import Viewer, posts_of, scope_of

HISTORY_ROWS = 15
MOST_BODIES = 6


@dataclass
class Node:
    """One body in the tree with what is below it. `members` counts the bodies below as well."""

    body: PartyOrganisation
    own: int = 0
    children: list["Node"] = field(default_factory=list)

    @property
    def members(self) -> int:
        return self.own + sum(child.members for child in self.children)

    @property
    def branches(self) -> int:
        here = self.body.tier == "grid_branch" and self.body.kind != "group"
        return here + sum(child.branches for child in self.children)

    @property
    def groups(self) -> int:
        here = self.body.kind == "group"
        return here + sum(child.groups for child in self.children)

    @property
    def kind(self) -> str:
        return word("party_organisation_kind", self.body.kind)


def word(dictionary: str, code: str) -> str:
    """An entry's word; the code where the list no longer has it."""
    return dictionaries.label(dictionary, code)


def tree(viewer: User, town: str = "") -> list[Node]:
    """The active bodies in the viewer's scope as a forest; `town` is the code of one town.

    Two statements. A body whose parent lies outside the scope is a root.
    """
    rows = PartyOrganisation.objects.visible_to(viewer).filter(state="active")
    if town:
        rows = rows.filter(large__code=town)
    rows = rows.annotate(
        _own=Count("members", filter=Q(members__ended_on__isnull=True))
    )
    order = ("large__order", "large_id", "medium__code", "small__code", "micro__code")
    nodes = {row.pk: Node(row, row._own) for row in rows.order_by(*order, "pk")}  # type: ignore[attr-defined] # noqa: SLF001
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.body.parent_id or 0)
        (above.children if above else roots).append(node)
    return roots


@dataclass(frozen=True)
class Town:
    """One town committee's line of the tree page."""

    name: str
    code: str
    bodies: int
    members: int
    households: int
    agreements: int
    unmet: int


def towns(viewer: User) -> list[Town]:
    """The towns in the viewer's scope with their counts; five statements."""
    per_town = [
        _by_town(PartyOrganisation.objects.visible_to(viewer).filter(state="active")),
        _by_town(PartyMember.objects.visible_to(viewer).live()),
        _by_town(MemberHousehold.objects.visible_to(viewer).live()),
        _by_town(Agreement.objects.visible_to(viewer).in_force()),
        _by_town(_unmet(Agreement.objects.visible_to(viewer))),
    ]
    wanted = set().union(*per_town)
    grids = Grid.objects.live().filter(pk__in=wanted).order_by("order", "code")
    return [
        Town(grid.name, grid.code, *(counts.get(grid.pk, 0) for counts in per_town))
        for grid in grids
    ]


def _by_town(rows: "QuerySet[Any]") -> dict[int, int]:
    found = rows.filter(large__isnull=False).order_by().values_list("large_id")
    return dict(found.annotate(n=Count("pk", distinct=True)))


def _unmet(rows: "QuerySet[Agreement]") -> "QuerySet[Agreement]":
    return rows.filter(
        state="active", items__state="open", items__due__lt=timezone.localdate()
    )


def organisation(
    row: PartyOrganisation, viewer: User, query: QueryDict
) -> dict[str, Any]:
    """Everything of one body's page."""
    members = list(PartyMember.objects.visible_to(viewer).in_body(row))
    kinds = Counter(member.kind for member in members)
    chosen = query.get("kind", "")
    shown = [m for m in members if not chosen or m.kind == chosen]
    grid = _grid_of(row)
    children = row.children.filter(state="active")
    return {
        "body": row,
        "grid": grid,
        "kind": word("party_organisation_kind", row.kind),
        "chain": _chain(row),
        "members": [MemberRow(member) for member in shown],
        "member_total": len(members),
        "kinds": _kind_tabs(kinds, chosen, len(members)),
        "children": children.annotate(
            n=Count("members", filter=Q(members__ended_on__isnull=True))
        ).order_by("medium__code", "small__code", "micro__code", "pk"),
        "households": households_in(row, viewer),
        "agreements": agreements_of(row, viewer),
        "figures": strip(party_rates.of_grid(grid), grid) if grid else [],
        "history": history(row.pk),
        "may_write": base.covers(viewer, row, WRITERS),
        "may_end": base.covers(viewer, row, base.DESK),
    }


@dataclass(frozen=True)
class MemberRow:
    """One member in a table, with words for codes."""

    member: PartyMember

    @property
    def kind(self) -> str:
        return word("party_member_kind", self.member.kind) if self.member.kind else ""

    @property
    def status(self) -> str:
        return word("party_member_status", self.member.status)


def _kind_tabs(kinds: Counter[str], chosen: str, total: int) -> list[dict[str, Any]]:
    tabs = [{"label": _("All"), "url": "?", "count": total, "is_current": not chosen}]
    tabs += [
        {
            "label": entry.label,
            "url": f"?kind={entry.code}",
            "count": kinds[entry.code],
            "is_current": chosen == entry.code,
        }
        for entry in dictionaries.items("party_member_kind")
        if kinds[entry.code]
    ]
    return tabs


def _grid_of(row: Any) -> Grid | None:
    pk = row.grid_id
    return Grid.objects.filter(pk=pk).first() if pk else None


def _chain(row: PartyOrganisation) -> list[PartyOrganisation]:
    """The bodies above, topmost first; at most three, so at most three statements."""
    found: list[PartyOrganisation] = []
    above = row.parent
    while above is not None and len(found) < 4:
        found.insert(0, above)
        above = above.parent
    return found


@dataclass(frozen=True)
class HouseholdRow:
    """One member household: what it has of the list, and how many meet there."""

    row: MemberHousehold
    linked: int
    wanted: int
    least: int

    @property
    def has(self) -> list[tuple[str, bool]]:
        items = dictionaries.items("member_household_items")
        return [(item.label, item.code in self.row.has) for item in items]

    @property
    def is_short(self) -> bool:
        return self.linked < self.least


def households_in(row: Any, viewer: User) -> list[HouseholdRow]:
    """Live member households in the grid of a body; two statements."""
    level = next(
        (n for n in ("micro", "small", "medium", "large") if getattr(row, f"{n}_id")),
        "",
    )
    if not level:
        return []
    rows: Any = MemberHousehold.objects.visible_to(viewer).live()
    rows = rows.filter(**{f"{level}_id": getattr(row, f"{level}_id")})
    rows = rows.select_related("member", "micro", "small").annotate(
        n=Count("linked_members")
    )
    least, _most = link_limits()
    wanted = len(dictionaries.items("member_household_items"))
    found = rows.order_by("small__code", "micro__code", "pk")[:50]
    return [HouseholdRow(each, each.n, wanted, least) for each in found]


def agreements_of(row: PartyOrganisation, viewer: User) -> list[Agreement]:
    rows = Agreement.objects.visible_to(viewer).filter(
        pk__in=row.agreement_sides.values("agreement_id")
    )
    return list(rows.with_counts().order_by("ended_on", "term_to"))


def strip(
    figures: Iterable[party_rates.Figure], grid: Grid | None
) -> list[dict[str, Any]]:
    """The five figures as cells of the stat strip, each one click from its list.

    Without a grid a cell leads to the table, worst first.
    """
    cells = []
    for figure in figures:
        code = figure.rate.code
        url = f"{reverse('party_rates')}?rate={code}"
        if grid is not None:
            url = reverse("party_shortfalls", args=[grid.code, code])
        has_base = figure.percent is not None
        cells.append(
            {
                "label": figure.rate.title,
                "figure": f"{figure.percent:g}" if has_base else "—",
                "unit": "%" if has_base else "",
                "share": figure.percent if has_base else None,
                "share_tone": figure.tone,
                "line": figure.line if has_base else _("nothing to count yet"),
                "url": url,
            }
        )
    return cells


def member(row: PartyMember, viewer: User) -> dict[str, Any]:
    """One member's page: facts, where they were, households."""
    return {
        "member": MemberRow(row),
        "row": row,
        "spells": row.spells.select_related("organisation"),
        "households": row.households.filter(ended_on__isnull=True).select_related(
            "micro", "small"
        ),
        "linked_to": row.linked_to.filter(ended_on__isnull=True).select_related(
            "member"
        ),
        "may_write": base.covers(viewer, row, WRITERS) and row.ended_on is None,
        "person": _person(row, viewer),
        "history": history(row.pk),
    }


def _person(row: PartyMember, viewer: User) -> Person | None:
    """The same person in the register of persons, if the viewer may know of them."""
    if not row.identity_hash:
        return None
    rows = Person.objects.visible_to(viewer).live()
    return rows.filter(identity_hash=row.identity_hash).first()


def verbs() -> dict[str, tuple[str, str]]:
    """Event name to (words, icon)."""
    return {
        "party_organisation.created": (_("registered this body"), "plus-lg"),
        "party_organisation.changed": (_("changed the record"), "pencil"),
        "party_organisation.dissolved": (_("dissolved this body"), "slash-circle"),
        "party_organisation.restored": (
            _("restored this body"),
            "arrow-counterclockwise",
        ),
        "party_organisation.merged": (_("merged this body into another"), "intersect"),
        "party_organisation.grew": (
            _("merged another body into this one"),
            "intersect",
        ),
        "party_member.created": (_("registered this member"), "plus-lg"),
        "party_member.changed": (_("changed the record"), "pencil"),
        "party_member.transferred": (
            _("moved the member to another body"),
            "arrow-right",
        ),
        "party_member.left": (_("let the member leave"), "box-arrow-right"),
        "agreement.created": (_("registered this agreement"), "plus-lg"),
        "agreement.changed": (_("changed the record"), "pencil"),
        "agreement.sides": (_("set the sides"), "people"),
        "agreement.item_done": (_("marked an item done"), "check-lg"),
        "agreement.item_dropped": (_("dropped an item"), "dash-circle"),
        "agreement.item_reopened": (
            _("opened an item again"),
            "arrow-counterclockwise",
        ),
        "agreement.reviewed": (_("reviewed a year"), "star"),
        "agreement.renewed": (_("renewed the agreement"), "arrow-repeat"),
        "agreement.ended": (_("ended the agreement"), "slash-circle"),
        "agreement.ending": (_("reminded that the term ends soon"), "bell"),
        "agreement.expired": (_("reminded that the term is over"), "bell"),
        "agreement.review_due": (_("reminded of the yearly review"), "bell"),
        "agreement.item_overdue": (_("reminded of an overdue item"), "bell"),
    }


def history(thread_id: int) -> list[dict[str, Any]]:
    """The newest events of one record as lines of the timeline."""
    known = verbs()
    rows = Event.objects.thread(thread_id).select_related("actor")[:HISTORY_ROWS]
    lines = []
    for event in rows:
        words, icon = known.get(event.name, (event.name, "check-lg"))
        data = event.data
        note = data.get("what") or data.get("reason") or ""
        lines.append(
            {
                "who": str(event.actor or _actor(event.actor_label)),
                "verb": words,
                "icon": icon,
                "tone": "blue" if icon == "bell" else "green",
                "when": event.occurred_at,
                "note": note,
            }
        )
    return lines


def _actor(label: str) -> str:
    names = {
        "reminder": _("The system"),
        "load_demo": _("Demo data"),
        "seed": _("The system"),
    }
    return names.get(label, label)


def sees_rates(viewer: Viewer) -> list[str]:
    """Codes of the areas whose rates somebody may see; "" is the whole district."""
    scope = scope_of(viewer)
    if scope.districts:
        return [""]
    held = {pk for ids in scope.grids.values() for pk in ids}
    grids = (post.grid for post in posts_of(viewer))  # read already: no statement here
    return sorted({grid.code for grid in grids if grid and grid.pk in held})


def panel(grid: Grid) -> dict[str, Any]:
    """The Party panel of a grid's page: bodies, households, partners, unmet items; one statement."""
    today = timezone.localdate()
    at = {f"{grid.level}_id": OuterRef("pk")}
    homes = MemberHousehold.objects.live().filter(**at).order_by().values("district")
    late: Any = AgreementItem.objects.overdue().filter(
        agreement__state="active",
        **{f"agreement__{name}": value for name, value in at.items()},
    )
    late = late.order_by().values("agreement__district")
    row = Grid.objects.filter(pk=grid.pk).values(
        bodies=ArraySubquery(_bodies_at(grid, at)),
        partners=ArraySubquery(_partners_at(at)),
        houses=Subquery(homes.annotate(n=Count("pk")).values("n")),
        linked=Subquery(homes.annotate(n=Sum("linked_households")).values("n")),
        unmet=Subquery(late.annotate(n=Count("pk")).values("n")),
        first_due=Subquery(late.annotate(day=Min("due")).values("day")),
    )[0]
    bodies = sorted(row["bodies"], key=lambda body: body["order"])
    days = (today - row["first_due"]).days if row["first_due"] else 0
    return {
        **row,
        "bodies": bodies[:MOST_BODIES],
        "partners": "、".join(dict.fromkeys(filter(None, row["partners"]))),
        "days_late": days,
    }


def _bodies_at(grid: Grid, at: dict[str, Any]) -> "QuerySet[Any, Any]":
    """The bodies bound to the grid; of a small grid the groups below as well."""
    below = {"large": "medium", "medium": "small", "small": "", "micro": ""}[grid.level]
    rows = PartyOrganisation.objects.filter(state="active", **at)
    if below:
        rows = rows.filter(**{f"{below}__isnull": True})
    members = PartyMember.objects.live().filter(organisation=OuterRef("pk")).order_by()
    count = members.values("organisation").annotate(n=Count("pk")).values("n")
    return rows.values(
        cell=JSONObject(
            pk="pk",
            name="name",
            order="pk",
            members=Coalesce(Subquery(count), Value(0)),
        )
    )


def _partners_at(at: dict[str, Any]) -> "QuerySet[Any, Any]":
    """Names of the sides that are not of the grid itself."""
    sides = AgreementParty.objects.filter(
        agreement__state="active",
        organisation__isnull=True,
        **{f"agreement__{name}": value for name, value in at.items()},
    )
    name = Coalesce(NullIf("unit_name", Value("")), "department__name")
    return sides.order_by("agreement_id", "order").values(name_of=name)[:MOST_BODIES]
