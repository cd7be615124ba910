"""What the database refuses, what the check finds, and what many writers leave behind (D11)."""

import os
import random
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from governance.core.errors import DomainError
from grids.actions import integrity, tree, tree_life
from grids.actions.bulk import GridRow, bulk_build
from grids.actions.tree_life import Part
from grids.models import District, Grid, GridVersion
from tests.factories import grids as make

WRITES = int(
    os.environ.get("GRID_TREE_WRITES", "500" if os.environ.get("SOAK") else "25")
)
WRITERS = 4


def sql(text: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


INSERT = (
    "INSERT INTO grids_grid (district_id, parent_id, code, name, level, area_type, is_dedicated,"
    ' short_name, duty_phone, "order", lft, rght, tree_id, depth)'
    " VALUES (%s, %s, %s, %s, %s, 'rural', %s, '', '', 0, %s, %s, %s, 0)"
)


@pytest.mark.parametrize(
    "row",
    [
        ("town_a", "44530200100903", "x", "small", False, 1, 2, 1),  # skips a level
        ("town_a", "445302003009", "x", "medium", False, 1, 2, 1),  # another prefix
        (
            "village_a1",
            "445302001299",
            "x",
            "medium",
            False,
            1,
            2,
            1,
        ),  # medium in medium
        (None, "445302001299", "x", "medium", False, 1, 2, 99),  # a village as root
        ("town_a", "445302009", "x", "large", False, 1, 2, 1),  # a town in a town
        ("town_a", "44530200129", "x", "medium", False, 1, 2, 1),  # digits
        ("town_a", "445302001009", "x", "medium", False, 1, 2, 1),  # code taken
        ("town_a", "445302001299", "  ", "medium", False, 1, 2, 1),  # no name
        ("town_a", "445302001299", "x", "medium", True, 1, 2, 1),  # dedicated village
        (
            "town_a",
            "445302001299",
            "x",
            "medium",
            False,
            2,
            2,
            1,
        ),  # left not below right
        (
            None,
            "445302009",
            "x",
            "large",
            False,
            1,
            2,
            "tree of a",
        ),  # second root of a tree
    ],
)
def test_raw_sql_cannot_insert_a_wrong_grid(
    forest: SimpleNamespace, row: tuple[Any, ...]
) -> None:
    parent, code, name, level, dedicated, lft, rght, tree_id = row
    above = getattr(forest, parent).pk if parent else None
    if tree_id == "tree of a":
        tree_id = forest.town_a.tree_id
    with pytest.raises(IntegrityError):
        sql(
            INSERT,
            forest.district.pk,
            above,
            code,
            name,
            level,
            dedicated,
            lft,
            rght,
            tree_id,
        )


def test_a_right_row_passes(forest: SimpleNamespace) -> None:
    values = ("445302001299", "x", "medium", False, 90, 91, forest.town_a.tree_id)
    sql(INSERT, forest.district.pk, forest.town_a.pk, *values)


def test_raw_sql_cannot_leave_children_behind(forest: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError):
        sql(
            "UPDATE grids_grid SET code = '44530200100909' WHERE id = %s",
            forest.small_a1_1.pk,
        )
    other = District.objects.create(code="445303", name="云安区")
    with pytest.raises(IntegrityError):
        sql(
            "UPDATE grids_grid SET district_id = %s WHERE id = %s",
            other.pk,
            forest.small_a1_1.pk,
        )
    with pytest.raises(IntegrityError):
        sql(
            "UPDATE grids_grid SET parent_id = %s WHERE id = %s",
            forest.village_b1.pk,
            forest.small_a1_1.pk,
        )
    with pytest.raises(IntegrityError):
        sql("DELETE FROM grids_grid WHERE id = %s", forest.village_a1.pk)


def test_check_names_faults_and_fix_repairs_them(
    forest: SimpleNamespace, capsys: Any
) -> None:
    call_command("check_grid_tree")
    sql(
        "UPDATE grids_grid SET lft = lft + 1, rght = rght + 7 WHERE id = %s",
        forest.micro_a1_1_2.pk,
    )
    sql(
        "UPDATE grids_grid SET tree_id = 77, depth = 9 WHERE id = %s",
        forest.small_b1_1.pk,
    )
    with pytest.raises(CommandError):
        call_command("check_grid_tree")
    said = capsys.readouterr().out
    assert forest.micro_a1_1_2.code in said
    assert forest.small_b1_1.code in said
    version = GridVersion.objects.get().number
    call_command("check_grid_tree", fix=True)
    call_command("check_grid_tree")
    assert GridVersion.objects.get().number > version
    ancestors = Grid.objects.get(pk=forest.micro_b1_1_1.pk).get_ancestors()
    assert [g.pk for g in ancestors] == [
        forest.town_b.pk,
        forest.village_b1.pk,
        forest.small_b1_1.pk,
    ]


def _one(
    n: int, name: str, chance: random.Random, smalls: list[int], villages: list[int]
) -> None:
    """Of ten writes five insert, three move, one splits and one merges."""
    kind = n % 10
    small = Grid.objects.get(pk=chance.choice(smalls))
    if kind in (2, 5, 8):
        to = Grid.objects.get(pk=chance.choice(villages))
        tree.move_grid(small, to=to, by="test")
    elif kind == 4:
        micros = list(Grid.objects.live().filter(parent=small).values_list("pk"))
        mine = tuple(pk for (pk,) in micros[::2])
        tree_life.split_grid(small, parts=[Part(name, children=mine)], by="test")
    elif kind == 9:
        others = Grid.objects.live().filter(parent=small.parent_id, level="small")
        grids = list(others.exclude(pk__in=smalls)[:2])
        tree_life.merge_grids(grids, into=small, by="test")
    else:
        tree.create_grid(parent=small, name=name, by="test")


def _write(
    seed: int, smalls: list[int], villages: list[int], errors: list[str]
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable test
    try:
        for n in range(WRITES):
            try:
                _one(n, f"{seed}-{n}", chance, smalls, villages)
            except DomainError:
                continue  # a village has 99 numbers; the soak uses them up
    except Exception as error:  # noqa: BLE001 - every kind counts as a failure of the bar
        errors.append(f"{type(error).__name__}: {error}")
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_many_writers_leave_a_sound_forest() -> None:
    """D11: no fault, no deadlock. SOAK=1 writes 4 × 500."""
    forest = make.make_forest()
    smalls = list(Grid.objects.filter(level="small").values_list("pk", flat=True))
    villages = list(Grid.objects.filter(level="medium").values_list("pk", flat=True))
    errors: list[str] = []
    threads = [
        threading.Thread(target=_write, args=(seed, smalls, villages, errors))
        for seed in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert integrity.faults() == []
    micros = Grid.objects.filter(level="micro").count()
    creates = sum(n % 10 in (0, 1, 3, 6, 7) for n in range(WRITES)) * WRITERS
    assert micros == 16 + creates
    assert forest.district.pk


def test_bulk_rows_that_do_not_fit_are_refused_whole(forest: SimpleNamespace) -> None:
    rows = [
        GridRow("445302001299", "好", "medium", "445302001"),
        GridRow("44530200199901", "孤", "small", "445302001999"),
        GridRow("445302001298", "", "medium", "445302001"),
    ]
    before = Grid.objects.count()
    with pytest.raises(DomainError) as refused:
        bulk_build(forest.district, rows, by="test")
    assert len(refused.value.as_dict()["fields"]["rows"]) == 2  # type: ignore[index]
    assert Grid.objects.count() == before
    assert bulk_build(forest.district, rows[:1], by="test")
    assert bulk_build(forest.district, rows[:1], by="test") == []
    assert integrity.faults() == []


def test_names_with_tabs_and_backslashes_survive_the_copy(
    forest: SimpleNamespace,
) -> None:
    name = "甲\\N\t乙"
    [pk] = bulk_build(
        forest.district,
        [GridRow("445302001299", name, "medium", "445302001")],
        by="test",
    )
    assert Grid.objects.get(pk=pk).name == name
