"""The circle's arithmetic against numbers worked out by hand, and the greedy choice against all."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.circle import cover, network, walking
from grids.circle.inputs import Cell, Home, Inputs
from grids.circle.pace import Pace, metres_between
from grids.circle.reckon import reckon
from grids.locate import Place
from grids.models import Site

# One degree of latitude on the mean sphere: 6,371,008.8 m × π ÷ 180.
DEGREE_M = 111_195.08
RULE = {
    "minutes": 15,
    "speed_m_per_min": 70.0,
    "detour": 1.3,
    "snap_m": 150,
    "suggestions": 3,
    "kinds": ["service_centre"],
}


def north(metres: float) -> float:
    """Degrees of latitude for so many metres."""
    return metres / DEGREE_M


def cell(pk: int, lon: float, lat: float, small: int = 900) -> Cell:
    place = Place(pk, f"{pk}", "micro", f"格{pk}", 1, 700, 800, small, pk)
    return Cell(place, (lon, lat))


def site(pk: int, lon: float, lat: float) -> Site:
    return Site(pk=pk, name=f"站{pk}", kind="service_centre", lon=lon, lat=lat)


def inputs(
    cells: list[Cell],
    sites: list[Site],
    homes: list[Home] | None = None,
    lines: Any = None,
    **rule: Any,
) -> Inputs:
    return Inputs({**RULE, **rule}, cells, sites, [], homes or [], lines or [])


# --- Time and distance --------------------------------------------------------------------


def test_fifteen_minutes_reach_808_metres_straight_and_1050_on_paths() -> None:
    pace = Pace(15, 70, 1.3)
    assert pace.reach_m == pytest.approx(807.692, abs=0.001)
    assert pace.reach_on_paths_m == 1050
    assert pace.minutes_for(700) == 13


def test_distances_are_great_circles() -> None:
    a, b = (112.0, 22.9), (112.0, 22.91)
    assert metres_between(a, b) == pytest.approx(1111.95, abs=0.01)
    # at 22.9° north a degree of longitude is cos(22.9°) = 0.92119 of a degree of latitude
    assert metres_between(a, (112.01, 22.9)) == pytest.approx(1024.32, abs=0.05)
    many = walking.metres(walking.points([a]), walking.points([b, (112.01, 22.9)]))
    assert many[0] == pytest.approx([1111.95, 1024.32], abs=0.05)


def test_a_site_covers_what_lies_within_its_reach_and_no_more() -> None:
    cells = [cell(n, 112.0, 22.9 + north(m)) for n, m in ((1, 0), (2, 800), (3, 815))]
    found = reckon(inputs(cells, [site(5, 112.0, 22.9)], suggestions=0))
    assert list(found.covered) == [True, True, False]
    assert found.rows[2].minutes == pytest.approx(800 * 1.3 / 70, abs=0.01)  # 14.86
    assert found.rows[3].minutes == pytest.approx(815 * 1.3 / 70, abs=0.01)  # 15.14
    assert found.rows[900].micros == 3
    assert found.rows[900].micros_covered == 2
    assert {row.site_id for pk, row in found.rows.items() if pk < 4} == {5}


def test_households_count_with_their_micro_grid_or_at_their_own_door() -> None:
    cells = [cell(1, 112.0, 22.9), cell(2, 112.0, 22.9 + north(2000))]
    homes = [
        Home(11, 1, None),
        Home(12, 2, None),
        Home(
            13, 2, (112.0, 22.9 + north(500))
        ),  # its door is near, its grid's centre is not
        Home(14, 800, None),  # known to the village only
    ]
    found = reckon(inputs(cells, [site(5, 112.0, 22.9)], homes, suggestions=0))
    assert (found.rows[700].households, found.rows[700].households_covered) == (3, 2)
    assert found.missed == [12]
    assert found.unplaced == 1


def test_without_a_site_nothing_is_covered_and_the_best_centre_is_proposed() -> None:
    cells = [cell(n, 112.0, 22.9 + north(m)) for n, m in ((1, 0), (2, 700), (3, 1400))]
    found = reckon(inputs(cells, []))
    assert not found.covered.any()
    assert found.rows[1].minutes is None
    assert [s["grid"] for s in found.suggestions] == [
        2
    ]  # the middle one reaches all three
    assert found.suggestions[0]["gain_micros"] == 3


def test_proposals_go_by_households_once_there_are_any() -> None:
    cells = [
        cell(1, 112.0, 22.9),
        cell(2, 112.0, 22.95),
        cell(3, 112.0, 22.95 + north(100)),
    ]
    homes = [Home(n, 1, None) for n in range(10, 15)]
    found = reckon(inputs(cells, [], homes, suggestions=1))
    assert found.suggestions[0]["grid"] == 1
    assert found.suggestions[0]["gain_households"] == 5
    assert found.suggestions[0]["households"] == 5
    # all households are within the walk then: the next one is for the most micro grids
    more = reckon(inputs(cells, [], homes, suggestions=3)).suggestions
    assert [s["gain_micros"] for s in more] == [1, 2]
    assert [s["households"] for s in more] == [5, 5]


def test_the_same_inputs_give_the_same_answer() -> None:
    chance = np.random.default_rng(3)
    cells = [
        cell(n, 112 + x, 22.9 + y)
        for n, (x, y) in enumerate(chance.random((60, 2)) / 20, 1)
    ]
    sites = [
        site(900 + n, 112 + x, 22.9 + y)
        for n, (x, y) in enumerate(chance.random((4, 2)) / 20)
    ]
    first, again = reckon(inputs(cells, sites)), reckon(inputs(cells, sites))
    assert first.suggestions == again.suggestions
    assert first.rows == again.rows


# --- Paths --------------------------------------------------------------------------------


def bent(lon: float = 112.0, lat: float = 22.9) -> list[list[list[float]]]:
    """A path 600 m north, then 600 m west; the straight way back is 849 m."""
    corner = lat + north(600)
    west = lon - 600 / (DEGREE_M * np.cos(np.radians(corner)))
    return [[[lon, lat], [lon, corner]], [[lon, corner], [west, corner]]]


def test_on_paths_the_length_counts_and_no_detour() -> None:
    lines = bent()
    end = lines[1][1]
    cells = [cell(1, 112.0, 22.9 + north(600)), cell(2, end[0], end[1])]
    found = reckon(inputs(cells, [site(5, 112.0, 22.9)], lines=lines, suggestions=0))
    assert found.rows[1].minutes == pytest.approx(600 / 70, abs=0.02)
    assert found.rows[2].minutes == pytest.approx(1200 / 70, abs=0.02)  # 17.1: too far
    assert list(found.covered) == [True, False]
    assert found.by_network.all()


def test_far_from_every_path_the_straight_line_is_used_and_said() -> None:
    cells = [cell(1, 112.005, 22.9)]  # 512 m east of the path, limit 150 m
    found = reckon(inputs(cells, [site(5, 112.0, 22.9)], lines=bent(), suggestions=0))
    assert not found.by_network[0]
    assert found.rows[1].minutes == pytest.approx(512.16 * 1.3 / 70, abs=0.02)


def test_two_points_on_one_edge_walk_along_it() -> None:
    net = network.build([[[112.0, 22.9], [112.0, 22.9 + north(1000)]]])
    points = walking.points([(112.0, 22.9 + north(200)), (112.0, 22.9 + north(500))])
    a, b = network.snap(net, points, 50)
    assert a is not None
    assert b is not None
    assert network.distances(net, a, [(0, b)], 2000)[0] == pytest.approx(300, abs=0.5)
    assert network.distances(net, a, [(0, b)], 299) == {}


def test_paths_that_do_not_meet_do_not_reach() -> None:
    lines = [
        [[112.0, 22.9], [112.0, 22.9 + north(100)]],
        [[112.002, 22.9], [112.002, 22.9 + north(100)]],
    ]
    cells = [cell(1, 112.002, 22.9)]
    found = reckon(inputs(cells, [site(5, 112.0, 22.9)], lines=lines, suggestions=0))
    assert found.rows[1].minutes is None
    assert not found.covered[0]


# --- Greedy choice ------------------------------------------------------------------------


def covered_by(reach: list[Any], weights: list[float], chosen: Any) -> float:
    seen = set().union(*(set(map(int, reach[n])) for n in chosen)) if chosen else set()
    return sum(weights[n] for n in seen)


reaches = st.lists(
    st.lists(st.integers(0, 9), max_size=6, unique=True).map(
        lambda near: np.array(sorted(near), dtype=int)
    ),
    min_size=1,
    max_size=8,
)
weighed = st.lists(st.integers(0, 9).map(float), min_size=10, max_size=10)


@given(reaches, weighed, st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_greedy_is_near_the_best_and_its_first_choice_is_the_best(
    reach: list[Any], weights: list[float], count: int
) -> None:
    nothing = [False] * 10
    chosen = cover.greedy(reach, weights, nothing, count)
    best = max(
        covered_by(reach, weights, each)
        for size in range(count + 1)
        for each in combinations(range(len(reach)), size)
    )
    got = chosen[-1].covered if chosen else 0.0
    assert got == covered_by(reach, weights, [c.candidate for c in chosen])
    assert got >= (1 - 1 / np.e) * best - 1e-9
    alone = [covered_by(reach, weights, [n]) for n in range(len(reach))]
    if max(alone) > 0:
        assert chosen[0].candidate == alone.index(max(alone))
    gains = [c.gain for c in chosen]
    assert gains == sorted(gains, reverse=True)


@given(reaches, weighed)
@settings(max_examples=100, deadline=None)
def test_lazy_greedy_chooses_what_plain_greedy_chooses(
    reach: list[Any], weights: list[float]
) -> None:
    plain: list[int] = []
    seen: set[int] = set()
    for _n in range(4):
        gains = [sum(weights[t] for t in set(map(int, near)) - seen) for near in reach]
        if max(gains) <= 0:
            break
        plain.append(gains.index(max(gains)))
        seen |= set(map(int, reach[plain[-1]]))
    lazy = cover.greedy(reach, weights, [False] * 10, 4)
    assert [c.candidate for c in lazy] == plain


spots = st.lists(
    st.tuples(st.floats(112.0, 112.05), st.floats(22.9, 22.95)), min_size=1, max_size=12
)


@given(spots, spots, st.tuples(st.floats(112.0, 112.05), st.floats(22.9, 22.95)))
@settings(max_examples=60, deadline=None)
def test_coverage_never_falls_when_a_site_is_added(
    places: list[Any], at: list[Any], fresh: tuple[float, float]
) -> None:
    cells = [cell(n, *p) for n, p in enumerate(places, 1)]
    sites = [site(800 + n, *p) for n, p in enumerate(at)]
    lines = [[[112.0, 22.9], [112.02, 22.92], [112.05, 22.95]]]
    for paths in ([], lines):
        before = reckon(inputs(cells, sites, lines=paths, suggestions=0)).covered
        more = [*sites, site(999, *fresh)]
        after = reckon(inputs(cells, more, lines=paths, suggestions=0)).covered
        assert (after >= before).all()


def test_a_whole_district_takes_seconds() -> None:
    import time

    side = np.arange(55) * 0.004
    cells = [
        cell(n, 112 + x, 22.8 + y)
        for n, (x, y) in enumerate(((x, y) for x in side for y in side), 1)
    ]
    sites = [site(9000 + n, 112 + n * 0.003, 22.8 + n * 0.003) for n in range(60)]
    started = time.process_time()
    found = reckon(inputs(cells, sites, suggestions=10))
    assert len(found.suggestions) == 10
    assert time.process_time() - started < 10
