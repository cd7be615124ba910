"""A page that stays open: clocks and counts go on, what came in is told, what is typed stays."""

from datetime import timedelta
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from requests_hub.actions import desk
from requests_hub.models import Request

DESK = {"width": 1440, "height": 900}


def test_a_desk_left_open_is_not_out_of_date(world: Any, enter: Any) -> None:
    first = world.make.request("submitted")
    page = enter(world.cast.town_a, DESK)
    page.goto("/requests/?open=1")
    clock = page.locator("#rows .clock")
    before = clock.inner_text()
    find = page.locator("#main input[name=q]")
    find.fill("路灯")
    count = page.locator("#side .side-link[href='/dispatch/'] .num")
    expect(count).to_contain_text("1")

    Request.objects.filter(pk=first.pk).update(due_at=first.due_at - timedelta(days=30))
    second = world.make.request("submitted")
    page.evaluate("window.onegrid.refresh()")
    bar = page.locator("#live-bar")
    expect(bar).to_contain_text("列表新进 1 件")
    expect(count).to_contain_text("2")
    expect(clock).not_to_have_text(before)
    assert page.locator("#rows [data-row]").count() == 1
    assert find.input_value() == "路灯"
    assert Axe().run(page).response["violations"] == []
    bar.get_by_role("link").click()
    expect(page.locator(f"#rows a[href='/requests/{second.no}/']")).to_be_visible()


def test_an_open_request_says_that_somebody_acted(world: Any, enter: Any) -> None:
    row = world.make.request("submitted")
    page = enter(world.cast.town_a, DESK)
    page.goto(f"/requests/{row.no}/")
    page.evaluate("window.onegrid.refresh()")
    expect(page.locator("#live-bar")).to_have_count(0)
    desk.accept(row, by=world.cast.district)
    page.evaluate("window.onegrid.refresh()")
    expect(page.locator("#live-bar")).to_contain_text("刚有新变动")
