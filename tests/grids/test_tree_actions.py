"""Creating, renaming, moving and retiring grids."""

from types import SimpleNamespace

import pytest

from governance.core.errors import Conflict, Invalid
from governance.core.models import Event
from grids import locate
from grids.actions import codes, numbering, tree, tree_life
from grids.models import District, Grid, GridVersion


def assert_sound() -> None:
    """Edges are what `parent` says."""
    nodes = numbering.read()
    right = numbering.number(nodes)
    assert {n.pk: n.edges for n in nodes} == right


def test_create_takes_the_next_number_and_keeps_the_tree(
    forest: SimpleNamespace,
) -> None:
    before = GridVersion.objects.get().number
    micro = tree.create_grid(parent=forest.small_a1_1, name="新格", by="test")
    assert micro.code == forest.small_a1_1.code + "003"
    assert (micro.level, micro.depth, micro.area_type) == ("micro", 3, "community")
    assert GridVersion.objects.get().number == before + 1
    assert Event.objects.filter(name="grid.created", subject_id=micro.pk).exists()
    assert_sound()
    ancestors = [g.code for g in micro.get_ancestors()]
    assert ancestors == [micro.code[:9], micro.code[:12], micro.code[:14]]
    assert locate.place_of(micro.pk).small_id == forest.small_a1_1.pk


def test_create_a_town_and_a_village(district: District) -> None:
    town = tree.create_grid(
        district=district, code="445302102", name="腰古镇", by="test"
    )
    village = tree.create_grid(
        parent=town,
        code="445302102001",
        name="腰古社区",
        area_type="community",
        by="test",
    )
    assert (town.level, village.level) == ("large", "medium")
    assert_sound()


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [
        ("445302001", "x", "code"),
        ("999999999999", "x", "code"),
        ("445302001299", " ", "name"),
    ],
)
def test_create_refuses_wrong_input(
    forest: SimpleNamespace, code: str, name: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        tree.create_grid(parent=forest.town_a, code=code, name=name, by="test")
    assert field in refused.value.fields


def test_create_refuses_a_taken_code_and_a_fifth_level(forest: SimpleNamespace) -> None:
    with pytest.raises(Conflict):
        tree.create_grid(
            parent=forest.town_a, code=forest.village_a1.code, name="x", by="test"
        )
    with pytest.raises(Invalid):
        tree.create_grid(parent=forest.micro_a1_1_1, name="x", by="test")


def test_rename_keeps_the_code(forest: SimpleNamespace) -> None:
    grid = tree.rename_grid(forest.village_a1, name="星岩新社区", by="test")
    assert (grid.name, grid.code) == ("星岩新社区", forest.village_a1.code)
    assert locate.place_of(grid.pk).name == "星岩新社区"


def test_move_recodes_everything_below(forest: SimpleNamespace) -> None:
    moved = tree.move_grid(forest.small_a1_1, to=forest.village_b1, by="test")
    assert moved.code == forest.village_b1.code + "03"
    micro = Grid.objects.get(pk=forest.micro_a1_1_2.pk)
    assert micro.code == moved.code + "002"
    assert [g.pk for g in micro.get_ancestors()] == [
        forest.town_b.pk,
        forest.village_b1.pk,
        moved.pk,
    ]
    assert_sound()
    event = Event.objects.get(name="grid.moved")
    assert event.data["from"]["code"] == forest.small_a1_1.code


def test_a_grid_comes_back_without_the_codes_of_those_that_left_it(
    forest: SimpleNamespace,
) -> None:
    small, former = forest.small_a1_1, forest.small_a1_1.code
    tree.move_grid(forest.micro_a1_1_2, to=forest.small_a1_2, by="test")
    tree.move_grid(small, to=forest.village_b1, by="test")
    tree.move_grid(forest.micro_b1_1_2, to=small, by="test")
    with pytest.raises(Conflict, match=former + "002"):
        tree.move_grid(small, to=forest.village_a1, code=former, by="test")
    back = tree.move_grid(small, to=forest.village_a1, by="test")
    assert back.code == forest.village_a1.code + "03"
    assert {g.code[14:] for g in back.get_children()} == {"001", "002"}
    assert_sound()


def test_move_refuses_villages_and_wrong_levels(forest: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        tree.move_grid(forest.village_a1, to=forest.town_b, by="test")
    with pytest.raises(Invalid):
        tree.move_grid(forest.micro_a1_1_1, to=forest.village_b1, by="test")
    same = tree.move_grid(forest.micro_a1_1_1, to=forest.small_a1_1, by="test")
    assert same.code == forest.micro_a1_1_1.code


def test_retire_from_below_and_numbers_stay_taken(forest: SimpleNamespace) -> None:
    with pytest.raises(Conflict):
        tree_life.retire_grid(forest.small_a1_1, by="test")
    tree_life.retire_grid(forest.micro_a1_1_2, by="test")
    assert codes.next_code(forest.small_a1_1) == forest.small_a1_1.code + "003"
    assert locate.locate(112.005, 22.915) == locate.place_of(forest.small_a1_1.pk)
    again = tree_life.retire_grid(forest.micro_a1_1_2, by="test")
    assert again.retired_on is not None


def test_retire_refuses_while_somebody_is_posted(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    for grid in Grid.objects.filter(parent__parent=forest.village_a1):
        tree_life.retire_grid(grid, by="test")
    for grid in Grid.objects.filter(parent=forest.village_a1):
        tree_life.retire_grid(grid, by="test")
    with pytest.raises(Conflict):
        tree_life.retire_grid(forest.village_a1, by="test")
