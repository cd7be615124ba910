"""The grids as a list: filters, the same columns out and in, print, API, nothing written here."""

import io
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from governance.core.registers import spec
from governance.core.registers.workbook import write_export
from grids import tree_file
from grids.actions import tree_life
from grids.models import Grid
from grids.tree_plan import plan

pytestmark = pytest.mark.django_db
URL = "/registry/grids/"


@pytest.fixture
def desk(client: Client, forest: Any, cast: Any) -> Client:
    client.force_login(cast.town_a)
    return client


def names(client: Client, query: str) -> list[str]:
    listing = client.get(URL + query).context["listing"]
    return [row.record.code for row in listing.rows]


def test_filters_stand_in_the_address(desk: Client, forest: Any, cast: Any) -> None:
    assert len(names(desk, "")) == 30
    assert names(desk, "?level=large") == ["445302001", "445302003"]
    below = names(desk, f"?grid={forest.village_a1.code}&level=micro")
    assert len(below) == 4
    assert names(desk, "?q=星岩") == [forest.village_a1.code]
    assert names(desk, "?q=4453020032&area_type=rural&level=medium") == ["445302003201"]
    tree_life.retire_grid(forest.micro_b2_2_2, by=cast.district)
    assert names(desk, "?retired=1") == [forest.micro_b2_2_2.code]
    assert len(names(desk, "")) == 29
    assert desk.get(f"{URL}print/?level=large").status_code == 200


def test_rows_lead_to_the_grid_and_nothing_is_written_here(
    desk: Client, forest: Any
) -> None:
    page = desk.get(f"{URL}?level=large").content.decode()
    assert f'href="/grids/{forest.town_a.code}/"' in page
    assert 'href="/grids/import/"' in page
    assert desk.get(f"{URL}new/").status_code == 403
    assert desk.get(f"{URL}{forest.town_a.pk}/edit/").status_code == 403
    assert desk.get(f"{URL}{forest.town_a.pk}/").status_code == 200
    answer = desk.post("/api/v1/registry/grids/", {"name": "新"}, "application/json")
    assert answer.status_code == 403


def test_programs_read_it(desk: Client, forest: Any) -> None:
    answer = desk.get("/api/v1/registry/grids/?level=medium&grid=445302001").json()
    rows = answer["results"]
    assert sorted(row["code"] for row in rows) == ["445302001009", "445302001202"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_export_comes_back_through_the_import(
    language: str, forest: Any, cast: Any
) -> None:
    register = spec.find("grids")
    assert register is not None
    out = io.BytesIO()
    with translation.override(language):
        rows = register.visible(cast.district).order_by("code")
        write_export(register, rows, out, mark="程晓岚", about=[])
    found = plan(tree_file.read(out.getvalue()), forest.district)
    assert found.counts == {"same": Grid.objects.count()}
    assert load_workbook(out).worksheets[0].max_row == 31
