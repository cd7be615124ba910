"""Party bodies of the small district: a town committee, two villages, a branch on each small grid."""

import datetime as dt
import itertools
from types import SimpleNamespace
from typing import Any

from governance.core import identifiers
from grids.actions.agreements import ItemRow, save_agreement
from grids.actions.party import save_organisation
from grids.actions.party_members import save_household, save_member
from grids.models import (
    Agreement,
    Grid,
    MemberHousehold,
    PartyMember,
    PartyOrganisation,
)

_numbers = itertools.count(1)


def make_body(grid: Grid, name: str, **values: Any) -> PartyOrganisation:
    kinds = {"large": "committee", "medium": "general_branch", "micro": "group"}
    values.setdefault("kind", kinds.get(grid.level, "branch"))
    return save_organisation(None, {"grid": grid, "name": name, **values}, by="test")


def make_tree(forest: SimpleNamespace) -> SimpleNamespace:
    """town_a with village_a1 (small_a1_1, small_a1_2) and village_a2; town_b alone."""
    town = make_body(forest.town_a, "云城街道党工委")
    village = make_body(forest.village_a1, "星岩社区党总支")
    return SimpleNamespace(
        town_a=town,
        town_b=make_body(forest.town_b, "河口街道党工委"),
        village_a1=village,
        village_a2=make_body(forest.village_a2, "城北村党总支"),
        small_a1_1=make_body(forest.small_a1_1, "星岩社区第一网格党支部"),
        small_a1_2=make_body(forest.small_a1_2, "星岩社区第二网格党支部"),
    )


def identity(birth: str = "19700101") -> str:
    """An invented identity number with a valid check digit."""
    first = f"999999{birth}{next(_numbers) % 1000:03d}"
    return first + identifiers.identity_check_digit(first)


def make_member(body: PartyOrganisation, name: str, **values: Any) -> PartyMember:
    values.setdefault("kind", "no_office")
    return save_member(None, {"organisation": body, "name": name, **values}, by="test")


def make_household(grid: Grid, member: PartyMember, **values: Any) -> MemberHousehold:
    return save_household(None, {"grid": grid, "member": member, **values}, by="test")


def make_agreement(grid: Grid, sides: list[str], **values: Any) -> Agreement:
    """In force from 2026-01-01 to 2026-12-31 unless said otherwise."""
    values = {
        "title": "党建联建协议",
        "kind": "joint_building",
        "term_from": dt.date(2026, 1, 1),
        "term_to": dt.date(2026, 12, 31),
        **values,
    }
    return save_agreement(None, {"grid": grid, "sides": sides, **values}, by="test")


def of_world(world: Any) -> SimpleNamespace:
    """A body with a member, a household and an agreement in town A, made once a test."""
    if not hasattr(world, "party"):
        by_code = {grid.code: grid for grid in Grid.objects.all()}
        small, micro = by_code["44530200100901"], by_code["44530200100901001"]
        make_body(by_code["445302001"], "云城街道党工委")
        make_body(by_code["445302001009"], "星岩社区党总支")
        body = make_body(small, "星岩社区第一网格党支部")
        member = make_member(body, "莫桂英", identity=identity())
        make_household(micro, member)
        agreement = make_agreement(
            small, [body.name, "药业公司"], items=[ItemRow("修好三巷水管")]
        )
        item = agreement.items.get()
        world.party = SimpleNamespace(
            body=body, member=member, agreement=agreement, item=item
        )
    found: SimpleNamespace = world.party
    return found
