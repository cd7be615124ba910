"""The Party tree of the demo district: bodies, invented members, households, agreements.

Names are made up from common characters, identity numbers start with 999999, nobody has a phone.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.core import identifiers
from governance.core.ids import reserve_ids
from grids.actions.agreements import ItemRow, finish, review, save_agreement
from grids.demo import GIVEN, OTHER_STREET, STREET, SURNAMES
from grids.models import (
    District,
    Grid,
    MemberHousehold,
    PartyMember,
    PartyOrganisation,
)

BY = "load_demo"
KINDS = (
    "no_office",
    "no_office",
    "rural",
    "retired",
    "in_service",
    "floating",
    "student",
)
HAS = ("place", "emblem", "rules", "display", "books", "log")
COUNT = "一二三四五六七八九十"
ENDS_SOON = 2  # the agreement, counted from 0, whose term is nearly over
TOLD = ("云城街道星岩社区", "河口街道河口社区")


@transaction.atomic
def load(district: District) -> int:
    """Make what is not there yet; gives how many bodies were made."""
    if PartyOrganisation.objects.filter(district=district).exists():
        return 0
    chance = random.Random(445302)  # noqa: S311 - demo content
    grids = list(
        Grid.objects.live()
        .filter(district=district)
        .exclude(level="micro")
        .order_by("code")
    )
    bodies = _bodies(district, grids, chance)
    members = _members(district, bodies, chance)
    _households(district, bodies, members, chance)
    _agreements(bodies)
    return len(bodies)


def _place(district: District, chain: Sequence[Grid]) -> dict[str, Any]:
    return {"district_id": district.pk, **{f"{g.level}_id": g.pk for g in chain}}


def _bodies(
    district: District, grids: Sequence[Grid], chance: random.Random
) -> dict[str, PartyOrganisation]:
    """By grid code: a committee in each town; organisations, branches, groups in two streets."""
    by_pk = {grid.pk: grid for grid in grids}
    made: dict[str, PartyOrganisation] = {}
    wanted = [g for g in grids if _gets_a_body(g, chance)]
    for pk, grid in zip(reserve_ids(len(wanted)), wanted, strict=True):
        chain = [grid]
        while chain[0].parent_id:
            chain.insert(0, by_pk[chain[0].parent_id])
        parent = made.get(chain[-2].code) if len(chain) > 1 else None
        made[grid.code] = PartyOrganisation(
            pk=pk,
            parent=parent,
            secretary=_name(chance),
            founded_on=dt.date(2019, 3, 1) + dt.timedelta(days=chance.randrange(2200)),
            **_words(chain),
            **_place(district, chain),
        )
    PartyOrganisation.objects.bulk_create(made.values())
    groups = _groups(district, made, chance)
    PartyOrganisation.objects.bulk_create(groups.values())
    return made | groups


def _groups(
    district: District, bodies: dict[str, PartyOrganisation], chance: random.Random
) -> dict[str, PartyOrganisation]:
    """A Party group in most micro grids below a branch."""
    branches = {b.small_id: b for b in bodies.values() if b.small_id}
    micros = Grid.objects.live().filter(level="micro", parent_id__in=branches)
    wanted = [grid for grid in micros.order_by("code") if chance.random() < 0.8]
    made = {}
    for pk, grid in zip(reserve_ids(len(wanted)), wanted, strict=True):
        branch = branches[grid.parent_id]
        made[grid.code] = PartyOrganisation(
            pk=pk,
            parent=branch,
            tier="grid_branch",
            kind="group",
            name=f"{branch.name}第{int(grid.code[14:])}党小组",
            secretary=_name(chance),
            **{**branch.place_ids, "micro_id": grid.pk},
        )
    return made


def _gets_a_body(grid: Grid, chance: random.Random) -> bool:
    """All towns; villages and seven small grids in eight of the two streets."""
    if grid.level == "large":
        return True
    is_told = grid.code.startswith((STREET, OTHER_STREET))
    return is_told and (grid.level == "medium" or chance.random() < 0.87)


def _words(chain: Sequence[Grid]) -> dict[str, str]:
    grid = chain[-1]
    if grid.level == "large":
        return {
            "tier": "town",
            "kind": "committee",
            "name": f"中共{grid.name}党（工）委",
        }
    if grid.level == "medium":
        name = f"{grid.name}党总支部"
        # two villages of one name lie in different towns
        return {
            "tier": "village",
            "kind": "general_branch",
            "name": f"{chain[0].name}{name}",
        }
    n = int(grid.code[12:14])
    count = COUNT[n - 1] if n <= len(COUNT) else str(n)
    name = f"{chain[0].name}{chain[1].name}第{count}网格党支部"
    return {
        "tier": "grid_branch",
        "kind": "branch",
        "name": name,
        "short_name": f"{chain[1].name[:12]}第{count}支部",
    }


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + chance.choice(GIVEN)


def _identity(n: int, born: dt.date) -> str:
    first = f"999999{born:%Y%m%d}{n % 1000:03d}"
    return first + identifiers.identity_check_digit(first)


def _members(
    district: District, bodies: dict[str, PartyOrganisation], chance: random.Random
) -> list[PartyMember]:
    """Two to six members in each branch, more in the two villages whose staff have accounts."""
    rows: list[PartyMember] = []
    for body in (b for b in bodies.values() if b.kind == "branch"):
        is_told = body.name.startswith(TOLD)
        for position in range(chance.randrange(5, 9) if is_told else 2):
            rows.append(_member(district, body, len(rows), position, chance))
    for pk, row in zip(reserve_ids(len(rows)), rows, strict=True):
        row.pk = pk
    PartyMember.objects.bulk_create(rows)
    return rows


def _member(
    district: District,
    body: PartyOrganisation,
    n: int,
    position: int,
    chance: random.Random,
) -> PartyMember:
    born = dt.date(1948 + chance.randrange(52), 1 + n % 12, 1 + n % 28)
    joined = dt.date(min(born.year + 22 + chance.randrange(12), 2024), 7, 1)
    return PartyMember(
        organisation=body,
        name=body.secretary if position == 0 else _name(chance),
        sex="female" if chance.random() < 0.4 else "male",
        born_on=born,
        identity=_identity(n, born),
        status="probationary" if joined.year == 2024 else "full",
        kind="retired" if born.year < 1963 else KINDS[n % len(KINDS)],
        joined_on=joined,
        office="书记" if position == 0 else "组织委员" if position == 1 else "",
        since=max(joined, dt.date(2022, 1, 1)),
        **body.place_ids,
    )


def _households(
    district: District,
    bodies: dict[str, PartyOrganisation],
    members: Sequence[PartyMember],
    chance: random.Random,
) -> None:
    """Each member keeps one, in the micro grids of the branch by code, while there are some."""
    of_body: dict[int, list[PartyMember]] = {}
    for member in members:
        of_body.setdefault(member.organisation_id, []).append(member)
    branches = {b.small_id: b for b in bodies.values() if b.kind == "branch"}
    micros = Grid.objects.live().filter(level="micro", parent_id__in=branches)
    rows, links = [], []
    for grid in micros.order_by("code"):
        body = branches[grid.parent_id]
        left = of_body.get(body.pk, [])
        if not left:
            continue
        keeper = left.pop()
        rows.append(_household(district, body, grid, keeper, chance))
        links.append(
            [m for m in members if m.medium_id == body.medium_id][: 4 + len(rows) % 6]
        )
    for pk, row in zip(reserve_ids(len(rows)), rows, strict=True):
        row.pk = pk
    MemberHousehold.objects.bulk_create(rows)
    through = MemberHousehold.linked_members.through
    through.objects.bulk_create(
        through(memberhousehold_id=row.pk, partymember_id=member.pk)
        for row, group in zip(rows, links, strict=True)
        for member in group
    )


def _household(
    district: District,
    body: PartyOrganisation,
    grid: Grid,
    keeper: PartyMember,
    chance: random.Random,
) -> MemberHousehold:
    has = [code for code in HAS if chance.random() < 0.8]
    return MemberHousehold(
        name=f"{keeper.name}党员中心户",
        member=keeper,
        linked_households=chance.randrange(6, 19),
        has=has,
        set_up_on=dt.date(2023, 5, 1) + dt.timedelta(days=chance.randrange(900)),
        **{**body.place_ids, "micro_id": grid.pk},
    )


def _agreements(bodies: dict[str, PartyOrganisation]) -> None:
    """Six agreements: one with an overdue item, one that ends soon, one reviewed last year."""
    today = timezone.localdate()
    year = today.year
    for n, (body, partner, items) in enumerate(_stories(bodies, today)):
        grid = Grid.objects.get(pk=body.grid_id)
        is_short = n == ENDS_SOON
        until = today + dt.timedelta(days=18) if is_short else dt.date(year + 1, 12, 31)
        row = save_agreement(
            None,
            {
                "grid": grid,
                "title": f"{body.short}与{partner}{'党建联建' if n % 2 else '结对互联'}协议",
                "kind": "joint_building" if n % 2 else "pairing",
                "sides": [body.name, partner],
                "signed_on": dt.date(year - 1, 3, 1),
                "term_from": dt.date(year - 1, 3, 1),
                "term_to": until,
                "items": items,
            },
            by=BY,
        )
        if first := row.items.filter(due__lt=today - dt.timedelta(days=60)).first():
            finish(first, by=BY, on=first.due, note="已完成并反馈")
        review(
            row, by=BY, year=year - 1, verdict="good", score=88 + n, note="各项按期落实"
        )


def _stories(
    bodies: dict[str, PartyOrganisation], today: dt.date
) -> Iterator[tuple[PartyOrganisation, str, list[ItemRow]]]:
    branches = [b for b in bodies.values() if b.kind == "branch"]
    partners = (
        "云城区水务局",
        "云城区城市管理和综合执法局",
        "新世纪商场党支部",
        "云城区交通运输局",
        "健康医药产业园联合党支部",
        "云城区教育局",
    )
    here = [b for b in branches if b.name.startswith("云城街道星岩")] or branches
    for n, partner in enumerate(partners):
        body = here[n % len(here)] if n < 3 else branches[(n * 7) % len(branches)]
        days = (-12, 60) if n < 2 else (6, 12) if n == ENDS_SOON else (40, 60)
        second, third = (today + dt.timedelta(days=d) for d in days)
        yield (
            body,
            partner,
            [
                ItemRow("联合开展主题党日", "双方支部", today - dt.timedelta(days=90)),
                ItemRow("认领网格内民生实事一件", partner, second),
                ItemRow("组织党员到网格报到服务", partner, third),
            ],
        )
