"""Pages about teams: filters, giving a post, the red list, templates, the panel, the workbook."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from grids.actions import team_templates
from grids.models import Assignment, TeamSlot, TeamTemplate


@pytest.fixture
def slots(cast: SimpleNamespace, forest: SimpleNamespace) -> dict[Any, TeamSlot]:
    team_templates.load_proposals(forest.district, by=cast.district)
    rows = TeamSlot.objects.select_related("template")
    return {(slot.template.level, slot.code): slot for slot in rows}


def login(client: Client, user: Any) -> Client:
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_giving_a_post_raises_the_rate_and_shortens_the_red_list(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    login(client, cast.town_a)
    before = client.get("/teams/?tab=vacant").context
    assert before["summary"].total.filled == 0
    assert before["page"]["total"] == 56
    url = f"/grids/{forest.small_a1_1.code}/team/{slots['small', 'liaison'].pk}/"
    assert client.post(url, {"starts_on": "2026-01-01"}).status_code == 422
    answer = client.post(url, {"holder": "黎志强", "starts_on": "2026-01-01"})
    assert answer.status_code == 302
    after = client.get("/teams/?tab=vacant")
    assert after.context["summary"].total.filled == 1
    assert after.context["page"]["total"] == 55
    assert "undo" in client.get("/teams/").content.decode().lower()
    row = Assignment.objects.get()
    assert client.post(f"/teams/assignments/{row.pk}/undo/").status_code == 302
    assert not Assignment.objects.exists()


def test_handing_over_and_ending_by_page(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    login(client, cast.town_a)
    url = f"/grids/{forest.small_a1_1.code}/team/{slots['small', 'liaison'].pk}/"
    client.post(url, {"holder": "甲", "starts_on": "2026-01-01"})
    row = Assignment.objects.get()
    at = f"/teams/assignments/{row.pk}/"
    client.post(f"{at}hand-over/", {"holder": "乙", "starts_on": "2026-03-01"})
    second = Assignment.objects.get(holder="乙")
    text = client.get(f"/grids/{forest.small_a1_1.code}/team/").content.decode()
    assert "2026-02-28" in text
    client.post(f"/teams/assignments/{second.pk}/end/", {"on": "2026-04-01"})
    second.refresh_from_db()
    assert str(second.ended_on) == "2026-04-01"
    login(client, cast.town_b)
    assert client.get(f"{at}end/").status_code == 404
    assert client.get(url).status_code == 404


def test_the_panel_of_a_grid_shows_holders_and_vacancies(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    login(client, cast.town_a)
    url = f"/grids/{forest.village_a1.code}/"
    text = client.get(url).content.decode()
    assert text.count("is-vacant") == 10
    assert "team/candidates/" in text
    found = client.get(
        f"{url}team/candidates/?slot={slots['medium', 'grid_worker'].pk}"
    )
    names = [one.name for one in found.context["found"]]
    assert names == ["何美玲", "李秀英", "陈志强"]  # the town above comes last
    assert "3 suggested" in found.content.decode()
    login(client, cast.outsider)
    assert "is-vacant" not in client.get(url).content.decode()


def test_templates_are_edited_on_their_page(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    login(client, cast.district)
    assert client.post("/teams/templates/proposals/").status_code == 302
    template = TeamTemplate.objects.get(level="medium")
    page = f"/teams/templates/{template.pk}/"
    assert "This is a proposal" in client.get(page).content.decode()
    new = {"name": "驻村医生", "required": 2, "held_by": "person", "is_open": ""}
    assert client.post(f"{page}posts/new/", new).status_code == 302
    slot = TeamSlot.objects.get(name="驻村医生")
    assert slot.required == 2
    client.post(f"/teams/posts/{slot.pk}/", {**new, "required": 3})
    slot.refresh_from_db()
    assert slot.required == 3
    assert client.post(f"/teams/posts/{slot.pk}/remove/").status_code == 302
    assert not TeamSlot.objects.filter(pk=slot.pk).exists()
    form = {
        "name": "村队伍",
        "level": "medium",
        "area_type": "rural",
        "starts_on": "2026-01-01",
    }
    assert client.post("/teams/templates/new/", form).status_code == 302
    assert TeamTemplate.objects.get(area_type="rural").slots.count() == 10
    assert client.post("/teams/templates/new/", form).status_code == 422
    assert "This is a proposal" not in client.get(page).content.decode()


def test_the_workbook_has_the_same_figures(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    login(client, cast.town_a)
    url = f"/grids/{forest.small_a1_1.code}/team/{slots['small', 'liaison'].pk}/"
    client.post(url, {"holder": "=甲", "starts_on": "2026-01-01"})
    book = load_workbook(io.BytesIO(client.get("/teams/export/").content))
    rates = list(book.worksheets[0].values)
    assert sum(row[4] for row in rates[1:]) == 56
    assert sum(row[5] for row in rates[1:]) == 1
    assert len(list(book.worksheets[1].values)) == 56
    narrow = client.get("/teams/export/?level=small").content
    rows = list(load_workbook(io.BytesIO(narrow)).worksheets[0].values)
    assert len(rows) == 1 + 4
