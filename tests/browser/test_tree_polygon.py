"""Drawing the outline of a grid: by tapping, by keys, checked, saved."""

import json
import re
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Page, expect

from grids.models import GridShape
from tests.browser.conftest import DESK, Enter


def _map(page: Page) -> Any:
    return page.locator("[data-polygon-map]")


def test_draw_check_and_save(world: SimpleNamespace, enter: Enter) -> None:
    micro = world.forest.micro_a1_1_1
    GridShape.objects.filter(grid=micro).delete()
    page = enter(world.cast.town_a, DESK)
    page.goto(f"/grids/{micro.code}/polygon/")
    box = _map(page)
    expect(box).to_have_attribute("data-ready", "1")
    page.click('[data-do="draw"]')
    size = box.bounding_box()
    assert size is not None
    for x, y in ((0.3, 0.3), (0.6, 0.3), (0.6, 0.6)):
        page.mouse.click(size["x"] + size["width"] * x, size["y"] + size["height"] * y)
    expect(box).to_have_attribute("data-points", "3")
    page.click('[data-do="close"]')
    expect(box).to_have_attribute("data-pieces", "1")
    drawn = json.loads(page.input_value('[name="geometry"]'))
    assert drawn["type"] == "Polygon"
    # a point is moved and taken back by keys alone
    page.locator("[data-vertex]").first.focus()
    page.keyboard.press("ArrowRight")
    moved = json.loads(page.input_value('[name="geometry"]'))
    assert moved["coordinates"][0][0][0] > drawn["coordinates"][0][0][0]
    page.click('[data-do="undo"]')
    assert json.loads(page.input_value('[name="geometry"]')) == drawn
    page.click('[data-do="check"]')
    expect(box).to_have_attribute(
        "data-checked", re.compile(r"[1-9]")
    )  # over its neighbours
    # what the keyboard alternative pastes is right, is checked and saved
    fine = {
        "type": "Polygon",
        "coordinates": [
            [
                [112.0, 22.9],
                [112.01, 22.9],
                [112.01, 22.91],
                [112.0, 22.91],
                [112.0, 22.9],
            ]
        ],
    }
    page.fill('[name="geometry"]', json.dumps(fine))
    page.locator('[name="geometry"]').blur()
    expect(box).to_have_attribute("data-points", "4")
    page.click('[data-do="check"]')
    expect(box).to_have_attribute("data-checked", "0")
    page.fill('[name="reason"]', "实测")
    page.locator('form button[type="submit"].btn-primary').last.click()
    page.wait_for_url(f"**/grids/{micro.code}/")
    assert GridShape.objects.get(grid=micro).max_lat == 22.91
