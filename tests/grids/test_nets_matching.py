"""Matching of a line's grids, against overlaps that are reckoned by hand."""

import random
import time

import pytest
import shapely

from grids.matching import (
    Candidate,
    Net,
    Ours,
    Standing,
    Theirs,
    judge,
    kind_of,
    match,
    spread,
)
from grids.names import alike, holds, number, plain, within


def test_names_come_to_one_form() -> None:
    for name in ("第三网格", "03网格", "３号网格", "第 3 微网格", "三网格"):
        assert plain(name) == "3", name
    for name in ("星岩社区", "星岩社区居委会", "星岩", "星岩 社区居民委员会"):
        assert plain(name) == "星岩", name
    assert plain("七洞村") == "七洞"
    assert plain("星岩社区第十二网格") == "星岩社区12"
    assert plain("网格") == "网格"
    assert [number(t) for t in ("十", "二十一", "一百零三", "二〇三")] == [
        10,
        21,
        103,
        203,
    ]
    assert within("星岩社区第三网格", "星岩社区") == "第三网格"
    assert alike("城北第三网格", "城北3号网格") == 1.0
    assert alike("城北第三网格", "城北第四网格") == 0.0


def test_a_line_name_holds_the_name_of_a_grid() -> None:
    assert holds("土门村公卫网格", "土门村") == 1.0
    assert holds("第三网格党小组网格", "第三网格") == 1.0
    assert 0 < holds("土门村小学旁网格", "土门村") < 1
    assert holds("11号网格片区", "1号网格") == 0.0  # a number cut in two
    assert holds("十三组平安", "三组") == 0.0
    assert holds("公卫3", "第三网格") == 0.0  # nothing but a number is left of it
    assert holds("土门村", "土门村") == 0.0  # that is the same name, which says more


# Two villages of two small grids: each small grid is a square of 2 × 2, side by side.
#   A: 0–2, 2–4    B: 4–6, 6–8
def net() -> Net:
    box = shapely.box
    return Net(
        [
            Ours(1, "445302001", "云城街道", "large", None, box(0, 0, 8, 2)),
            Ours(10, "445302001009", "星岩社区", "medium", 1, box(0, 0, 4, 2)),
            Ours(11, "44530200100901", "第一网格", "small", 10, box(0, 0, 2, 2)),
            Ours(12, "44530200100902", "第二网格", "small", 10, box(2, 0, 4, 2)),
            Ours(20, "445302001202", "城北村", "medium", 1, box(4, 0, 8, 2)),
            Ours(21, "44530200120201", "第一网格", "small", 20, box(4, 0, 6, 2)),
            Ours(22, "44530200120202", "第二网格", "small", 20, box(6, 0, 8, 2)),
        ]
    )


def test_a_name_with_the_lines_own_words_is_a_candidate_below_the_exact_one() -> None:
    town = "云城街道"
    health = best(Theirs(1, "GW-3", "城北村公卫网格", parent_name=town))
    exact = best(Theirs(1, "GW-3", "城北村", parent_name=town))
    assert (health.grid, health.score, health.method) == (20, 0.65, "name")
    assert [r["code"] for r in health.reasons] == ["name_in"]
    assert (exact.grid, exact.score) == (20, 0.9)
    assert judge([health.standing]).desk == "contested"  # looked at, never taken unseen
    other = match([Theirs(1, "GW-9", "流动党员网格", parent_name=town)], net())
    assert other[1] == []


def best(theirs: Theirs) -> Candidate:
    return match([theirs], net())[theirs.pk][0]


def test_the_same_code_is_nearly_certain() -> None:
    found = best(Theirs(5, "44530200100902", "随便"))
    assert (found.grid, found.method, found.score) == (12, "code", 0.98)


@pytest.mark.parametrize("code", ["ZZ44530200100902", "综治-44530200100902"])
def test_digits_behind_the_letters_of_the_line(code: str) -> None:
    found = best(Theirs(5, code, "随便"))
    assert (found.grid, found.score) == (12, 0.95)


def test_digits_with_something_between_are_no_code() -> None:
    # 445302 and 001 are the district and a running number, not the street 445302001
    assert match([Theirs(5, "ZZ445302-001", "随便")], net())[5] == []


def test_a_beginning_counts_more_when_the_name_agrees() -> None:
    found = best(Theirs(5, "44530200100902-7", "第二网格", parent_name="星岩社区"))
    # the name below its parent 0.9; the code says the same digits: 1 − 0.1 × 0.05
    assert (found.grid, found.score) == (12, 0.995)
    alone = best(Theirs(5, "445302001009020", "随便"))
    assert (alone.grid, alone.score) == (12, 0.3)
    agreed = best(Theirs(5, "445302001009020", "随便", parent_name="星岩"))
    assert (agreed.grid, agreed.score) == (12, 0.5)


def test_a_name_is_looked_for_below_its_parent() -> None:
    found = best(Theirs(5, "DJ-1", "02网格", parent_name="城北村委会"))
    assert (found.grid, found.method, found.score) == (22, "name", 0.9)
    full = best(Theirs(5, "DJ-1", "城北村第二网格"))
    assert (full.grid, full.score) == (22, 0.85)
    twice = match([Theirs(5, "DJ-1", "第二网格")], net())[5]
    assert [(c.grid, c.score) for c in twice] == [(12, 0.35), (22, 0.35)]


def test_shares_of_area_both_ways() -> None:
    # 1.5 wide of 2: 1.24 of it in grid 11 would be 62 %; here 0.93 of 1.5 is 62 %
    t = Theirs(5, "CW-B17", "江滨", geometry=shapely.box(1.07, 0, 2.57, 2))
    first, second = match([t], net())[5][:2]
    assert (first.grid, second.grid) == (11, 12)
    assert (first.share_of_line, second.share_of_line) == (0.62, 0.38)
    assert (first.share_of_grid, second.share_of_grid) == (0.465, 0.285)
    assert first.score == pytest.approx(0.95 * 0.62, abs=5e-4)
    assert first.kind == "overlaps"
    assert [c.grid for c in spread([first.standing, second.standing])] == [11, 12]
    assert judge([first.standing, second.standing]).desk == "overlapping"


def test_many_to_many_and_the_level_that_fits() -> None:
    # exactly the village: the level above wins over two small grids
    village = best(Theirs(5, "x", "y", geometry=shapely.box(0, 0, 4, 2)))
    assert (village.grid, village.kind) == (10, "exact")
    # the same, when the line says that its grids are small ones
    t = Theirs(5, "x", "y", level="small", geometry=shapely.box(0, 0, 4, 2))
    both = match([t], net())[5]
    assert [(c.grid, c.share_of_line, c.share_of_grid, c.kind) for c in both] == [
        (11, 0.5, 1.0, "contains"),
        (12, 0.5, 1.0, "contains"),
    ]
    # a quarter of one grid
    part = best(Theirs(6, "x", "y", geometry=shapely.box(0, 0, 1, 1)))
    assert (part.grid, part.share_of_line, part.share_of_grid, part.kind) == (
        11,
        1.0,
        0.25,
        "part",
    )


def test_name_and_area_add_up_and_a_contradiction_takes_away() -> None:
    square = shapely.box(2, 0, 4, 2)
    t = Theirs(5, "DJ-1", "第二网格", parent_name="星岩社区", geometry=square)
    found = best(t)
    # 1 − (1 − 0.9) × (1 − 0.95 × 1)
    assert (found.grid, found.score) == (12, 0.995)
    liar = Theirs(
        5, "44530200100901", "第一网格", parent_name="城北村", geometry=square
    )
    ranked = match([liar], net())[5]
    by_grid = {c.grid: c for c in ranked}
    # by code 11, but the polygon is elsewhere and the parent another one
    assert by_grid[11].score == round(0.98 * 0.5 * 0.6, 3)
    assert {r["code"] for r in by_grid[11].reasons if r["is_minus"]} == {
        "elsewhere",
        "other_parent",
    }
    assert judge([c.standing for c in ranked]).desk == "contested"


def test_a_town_limits_where_to_look() -> None:
    assert match([Theirs(5, "DJ", "城北村第二网格", town=99)], net())[5] == []
    assert best(Theirs(5, "DJ", "城北村第二网格", town=1)).grid == 22


def test_the_desk_a_grid_goes_to() -> None:
    sure = Standing(11, 0.9, "exact")
    assert judge([]).desk == "unmatched"
    assert judge([Standing(11, 0.35, "exact")]).findings == [{"code": "weak"}]
    assert judge([sure]).desk == "clear"
    assert judge([sure, Standing(12, 0.85, "exact")]).findings == [{"code": "close"}]
    assert judge([sure], rivals={11: ["DJ-7"]}).findings == [
        {"code": "claimed", "by": ["DJ-7"]}
    ]
    part = Standing(11, 0.95, "part", 1.0, 0.3)
    assert judge([part], rivals={11: ["DJ-7"]}).desk == "clear"
    other = {"line": "security", "code": "ZZ-3", "grids": [12]}
    assert judge([sure], others=[other]).desk == "contested"
    assert judge([sure], others=[{**other, "grids": [11, 12]}]).desk == "clear"
    assert judge([Standing(11, 0.7, "exact")]).findings == [{"code": "unsure"}]
    assert kind_of(None, None) == "exact"


def test_the_order_of_the_input_does_not_matter() -> None:
    rows = [
        Theirs(n, f"DJ-{n}", "第二网格", geometry=shapely.box(n, 0, n + 1.5, 2))
        for n in range(6)
    ]
    turned = rows[:]
    random.Random(7).shuffle(turned)  # noqa: S311 - order only
    one, other = match(rows, net()), match(turned, net())
    assert {pk: one[pk] for pk in sorted(one)} == {pk: other[pk] for pk in sorted(one)}


def test_three_thousand_against_three_thousand() -> None:
    ours = [Ours(1, "445302001", "云城街道", "large", None, shapely.box(0, 0, 60, 50))]
    theirs: list[Theirs] = []
    for v in range(30):
        x, y, village = v % 6 * 10, v // 6 * 10, 2 + v * 101
        code = f"4453020012{v:02d}"
        shape = shapely.box(x, y, x + 10, y + 10)
        ours.append(Ours(village, code, f"村{v}", "medium", 1, shape))
        for s in range(100):
            left, low, pk = x + s % 10, y + s // 10, village + 1 + s
            square = shapely.box(left, low, left + 1, low + 1)
            ours.append(
                Ours(pk, f"{code}{s:02d}", f"第{s + 1}网格", "small", village, square)
            )
            moved = shapely.box(left + 0.1, low, left + 1.1, low + 1)
            name = f"{s + 1:02d}网格"
            theirs.append(Theirs(pk, f"ZZ-{pk}", name, "", f"村{v}", "", None, moved))
    started = time.monotonic()
    found = match(theirs, Net(ours))
    assert time.monotonic() - started < 20
    assert all(found[t.pk][0].grid == t.pk for t in theirs)
    assert found[theirs[0].pk][0].share_of_line == 0.9
