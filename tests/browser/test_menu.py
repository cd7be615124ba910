"""The menu: folded groups on a desk, a sheet behind "More" on a phone; by keyboard and by axe."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def test_groups_open_by_keyboard_and_only_the_pages_own_is_open(
    world: Any, enter: Any
) -> None:
    page = enter(world.cast.district, DESK)
    page.goto("/hot/")
    links = page.locator("#side .side-link:visible")
    assert 6 <= links.count() <= 14
    folded = page.locator("#side summary").filter(has_text="数据与考核")
    folded.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side a[href='/bulletins/']")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details') !== null")
    assert Axe().run(page).response["violations"] == []


def test_the_sheet_of_a_phone_holds_the_focus_and_gives_it_back(
    world: Any, enter: Any
) -> None:
    for person, path in (("town_a", "/todo/"), ("worker_a", "/field/")):
        page = enter(getattr(world.cast, person), PHONE)
        page.goto(path)
        expect(page.locator("#side")).to_be_hidden()
        page.locator("[data-more]").click()
        expect(page.locator("#side")).to_be_visible()
        assert page.evaluate("document.getElementById('main').inert") is True
        assert Axe().run(page).response["violations"] == []
        page.keyboard.press("Escape")
        expect(page.locator("#side")).to_be_hidden()
        assert page.evaluate("'more' in document.activeElement.dataset") is True
        page.locator("[data-more]").click()
        page.locator("#side .side-link:visible").last.click()
        page.wait_for_load_state()
        assert path not in page.url
