"""Runs of the circle: asked, done once, kept, out of date; the rule and the paths."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.core import consumers, dictionaries
from governance.core.coordinates import wgs84_to_gcj02
from governance.core.errors import Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import circle, sites
from grids.circle import inputs
from grids.models import CircleCell, CircleRun, Site, WalkNetwork

pytestmark = pytest.mark.django_db
CENTRE = (112.005, 22.905)  # the centre of micro grid a1_1_1


@pytest.fixture(autouse=True)
def _lists() -> None:
    dictionaries.forget()


@pytest.fixture
def centre(cast: SimpleNamespace) -> Site:
    values = {
        "name": "中心",
        "kind": "service_centre",
        "lon": CENTRE[0],
        "lat": CENTRE[1],
    }
    return sites.save_site(None, values, by=cast.town_a)


def run_of(cast: SimpleNamespace, forest: SimpleNamespace, **more: Any) -> CircleRun:
    row = circle.ask_run(forest.district, by=more.pop("by", cast.district), **more)
    done = circle.do_run(row.pk)
    assert done is not None
    return done


def test_coverage_by_hand(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    """Squares of 0.01°: the next centre is 1,112 m north or 1,024 m east, beyond 808 m."""
    row = run_of(cast, forest)
    assert row.result["micros"] == 16
    assert row.result["micros_covered"] == 1
    cells = {c.grid_id: c for c in row.cells.all()}
    own = cells[forest.micro_a1_1_1.pk]
    assert (own.micros_covered, own.nearest_id) == (1, centre.pk)
    assert own.minutes == pytest.approx(0, abs=0.05)
    north = cells[forest.micro_a1_1_2.pk]
    assert north.minutes == pytest.approx(1111.95 * 1.3 / 70, abs=0.02)  # 20.65
    assert cells[forest.town_a.pk].micro_rate == pytest.approx(12.5)
    assert cells[forest.town_b.pk].micro_rate == 0
    # 25 minutes reach 1,346 m: north 1,112 and east 1,024, not the diagonal 1,512
    circle.set_rule(forest.district, {"minutes": 25}, by=cast.district)
    assert run_of(cast, forest).result["micros_covered"] == 3


def test_only_kinds_that_count_and_sites_in_use(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    sites.save_site(centre, {"kind": "red_base"}, by=cast.town_a)
    assert run_of(cast, forest).result["micros_covered"] == 0
    sites.save_site(
        centre, {"kind": "service_centre", "stage": "paused"}, by=cast.town_a
    )
    assert run_of(cast, forest).result["micros_covered"] == 0


def test_proposals_add_up(forest: SimpleNamespace, cast: SimpleNamespace) -> None:
    circle.set_rule(
        forest.district, {"minutes": 25, "suggestions": 4}, by=cast.district
    )
    proposed = run_of(cast, forest).result["suggestions"]
    # a town is 4 × 2 squares; the second square of a row reaches itself and three neighbours in
    # either town; then the far corner reaches three more: it, and the squares beside and below
    assert [s["gain_micros"] for s in proposed] == [4, 4, 3, 3]
    assert [s["micros"] for s in proposed] == [4, 8, 11, 14]
    grids = [s["grid"] for s in proposed]
    assert grids[0] == forest.micro_a1_2_1.pk
    assert grids[2] == forest.micro_a2_2_2.pk


def test_a_planned_site_is_a_candidate_too(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    # on the corner of four squares it reaches four centres in 756 m
    plan = sites.plan_site(
        112.01, 22.91, name="规划", kind="red_station", by=cast.town_a
    )
    first = run_of(cast, forest).result["suggestions"][0]
    assert (first["site"], first["gain_micros"]) == (plan.pk, 4)


def test_one_grid_alone(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    row = run_of(cast, forest, area=forest.town_b, by=cast.town_b)
    assert row.result["micros"] == 8
    assert {s["large_id"] for s in row.result["suggestions"]} == {forest.town_b.pk}
    with pytest.raises(NotAllowed):
        circle.ask_run(forest.district, by=cast.town_b)
    with pytest.raises(NotAllowed):
        circle.ask_run(forest.district, by=cast.town_b, area=forest.town_a)
    for nobody in (cast.worker_a, cast.officer_a, cast.resident, cast.auditor):
        with pytest.raises(NotAllowed):
            circle.ask_run(forest.district, by=nobody, area=forest.town_a)


def test_asked_twice_is_one_run_and_done_twice_changes_nothing(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    first = circle.ask_run(forest.district, by=cast.district)
    assert circle.ask_run(forest.district, by=cast.district) == first
    assert circle.do_run(first.pk) is not None
    assert circle.do_run(first.pk) is None
    assert CircleCell.objects.filter(run=first).count() == 30
    assert Event.objects.filter(name="circle.done").count() == 1


def test_the_outbox_brings_it_to_a_worker(
    forest: SimpleNamespace,
    cast: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    from grids.tasks import circle as tasks

    sent: list[int] = []
    monkeypatch.setattr(tasks.do_circle, "delay", sent.append)
    row = circle.ask_run(forest.district, by=cast.district)
    event = Event.objects.get(name="circle.asked", subject_id=row.pk)
    with django_capture_on_commit_callbacks(execute=True):
        consumers.deliver([event.pk])
    assert sent == [row.pk]


def test_a_lost_run_is_found_again(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = circle.ask_run(forest.district, by=cast.district)
    assert circle.forgotten() == [row.pk]
    assert circle.take(row.pk) is not None
    assert circle.take(row.pk) is None  # somebody is on it
    assert circle.forgotten() == []
    old = timezone.now() - timedelta(minutes=10)
    CircleRun.objects.filter(pk=row.pk).update(beat_at=old)
    assert circle.forgotten() == [row.pk]
    assert circle.do_run(row.pk) is not None


def test_a_failure_is_told(
    forest: SimpleNamespace, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(inputs, "read", broken)
    row = circle.ask_run(forest.district, by=cast.district)
    with pytest.raises(RuntimeError):
        circle.do_run(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "no memory" in row.error


def test_a_change_makes_the_result_stale(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    row = run_of(cast, forest)
    row.refresh_from_db()
    assert row.inputs == inputs.mark(forest.district.pk)
    sites.save_site(centre, {"about": "改了"}, by=cast.town_a)
    assert row.inputs != inputs.mark(forest.district.pk)
    row = run_of(cast, forest)
    circle.set_rule(forest.district, {"detour": 1.4}, by=cast.district)
    assert row.inputs != inputs.mark(forest.district.pk)


def test_old_runs_lose_their_cells(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    runs = [run_of(cast, forest) for _n in range(7)]
    with_cells = set(CircleCell.objects.values_list("run_id", flat=True))
    assert with_cells == {row.pk for row in runs[2:]}


@pytest.mark.parametrize(
    "values", [{"minutes": 0}, {"speed_m_per_min": 500}, {"detour": 0.5}]
)
def test_the_rule_stays_sensible_and_is_the_districts(
    forest: SimpleNamespace, cast: SimpleNamespace, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        circle.set_rule(forest.district, values, by=cast.district)
    assert set(refused.value.fields) == set(values)
    with pytest.raises(NotAllowed):
        circle.set_rule(forest.district, {"minutes": 10}, by=cast.town_a)
    rule = circle.set_rule(forest.district, {"minutes": 15}, by=cast.district)
    assert rule.version == 1


def geojson(*lines: Any) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_paths_are_used_and_told(
    forest: SimpleNamespace, cast: SimpleNamespace, centre: Site
) -> None:
    """A path straight north: 1,112 m at 70 m a minute is 15.9; with 16 minutes it is covered."""
    line = [list(CENTRE), [112.005, 22.915]]
    circle.set_rule(forest.district, {"minutes": 16}, by=cast.district)
    assert run_of(cast, forest).result["micros_covered"] == 1
    row = circle.put_network(
        forest.district, geojson(line), name="步道", by=cast.district
    )
    assert row.length_m == pytest.approx(1111.95, abs=0.1)
    done = run_of(cast, forest)
    assert done.result["micros_covered"] == 2
    assert done.result["by_network"] == 2
    circle.drop_network(forest.district, by=cast.district)
    circle.drop_network(forest.district, by=cast.district)
    assert not WalkNetwork.objects.filter(is_active=True).exists()
    with pytest.raises(NotAllowed):
        circle.put_network(forest.district, geojson(line), name="x", by=cast.town_a)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Point", "coordinates": [112, 22.9]}',
        geojson([[112.0, "x"], [112.1, 22.9]]),
        geojson([[116.3, 39.9], [116.4, 39.9]]),
    ],
)
def test_bad_paths_are_refused(
    forest: SimpleNamespace, cast: SimpleNamespace, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        circle.put_network(forest.district, text, name="x", by=cast.district)
    assert "file" in refused.value.fields


def test_paths_of_another_datum_are_turned(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    line = [list(wgs84_to_gcj02(*CENTRE)), list(wgs84_to_gcj02(112.005, 22.915))]
    row = circle.put_network(
        forest.district, geojson(line), name="x", by=cast.district, crs="gcj02"
    )
    assert row.lines[0][0] == pytest.approx(CENTRE, abs=1e-6)
