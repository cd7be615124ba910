"""Walks of the organisation pages: an import taken back, two clerks, a feed, rates, sites near me."""

import re
from types import SimpleNamespace

from playwright.sync_api import Page, expect

from grids import locate
from grids.models import Organisation, Person, Site
from tests.browser.conftest import DESK, Enter
from tests.browser.test_setup_district import clean, work
from tests.factories.party import make_tree
from tests.factories.persons import make_person, number_of
from tests.grids.feed_makers import CREDIT, FIRMS, csv, firm, make_feed, organisation
from tests.registers_help import media, xlsx

__all__ = ["clean", "media"]
HEADINGS = ["姓名", "身份证号", "网格", "手机"]


def upload(page: Page, name: str, data: bytes) -> None:
    page.set_input_files(
        "main input[type=file]",
        files=[{"name": name, "mimeType": "application/octet-stream", "buffer": data}],
    )
    page.click("main form[enctype] button.btn-primary")
    page.wait_for_load_state()


def again(page: Page) -> str:
    """The page after the workers have been at it, as text."""
    work()
    page.goto(page.url.split("?")[0])
    return page.inner_text("main")


def test_an_import_is_taken_back_and_two_clerks_lose_nothing(
    clean: None, world: SimpleNamespace, enter: Enter
) -> None:
    grid = world.forest.micro_a1_1_1
    page = enter(world.cast.town_a, DESK)
    page.goto("/imports/new/people/")
    rows = [["王大山", number_of(7), grid.code, "13800000007"]]
    rows.append(["李小河", number_of(8), grid.code, "13800000008"])
    upload(page, "people.xlsx", xlsx([HEADINGS, *rows]))
    again(page)
    page.goto(f"{page.url}?tab=ask")
    page.click(".reg-go form[action$='accept/'] button")
    page.wait_for_load_state()
    page.goto(page.url.split("?")[0])
    page.click("button[form=go]")
    page.wait_for_load_state()
    assert "新增 2，" in again(page)
    assert Person.objects.count() == 2
    page.click("form[action$='undo/'] button")
    page.wait_for_load_state()
    assert "已撤销 2 行" in again(page)
    assert not Person.objects.live().exists()

    person = make_person(grid, 1)
    path = f"/registry/people/{person.pk}/edit/"
    other = enter(world.cast.worker_a, DESK)
    page.goto(path)
    other.goto(path)
    page.fill("[name=employer]", "示例石场")
    page.click("main form button.btn-primary")
    page.wait_for_url(lambda url: not url.endswith("/edit/"))
    other.fill("[name=employer]", "示例石材厂")
    other.fill("[name=occupation]", "石匠")
    other.click("main form button.btn-primary")
    both = other.locator(".reg-both")
    expect(both).to_contain_text("示例石场")
    expect(both).to_contain_text("示例石材厂")
    other.check("[name=take-employer][value=mine]")
    other.click("main form button.btn-primary")
    other.wait_for_url(lambda url: not url.endswith("/edit/"))
    person.refresh_from_db()
    assert (person.employer, person.occupation) == ("示例石材厂", "石匠")


def test_a_feed_runs_and_its_conflict_is_settled(
    clean: None, world: SimpleNamespace, enter: Enter
) -> None:
    cast, forest = world.cast, world.forest
    feed = make_feed(forest, cast.district, unit="transport")
    organisation(cast, forest.village_a1, staff_count=10)
    page = enter(cast.district, DESK)
    for _twice in range(2):
        page.goto(f"/registry/feeds/{feed.pk}/")
        upload(page, "firms.csv", csv(FIRMS, firm(0), firm(1)))
        work()
    assert Organisation.objects.live().count() == 2
    page.goto("/registry/conflicts/")
    expect(page.locator("main table")).to_contain_text("30")
    expect(page.locator("main table")).to_contain_text("10")
    count = page.locator("button[name=take_one]").count()
    for _each in range(count):
        page.locator("button[name=take_one]").first.click()
        page.wait_for_load_state()
    assert Organisation.objects.get(credit_code=CREDIT[0]).staff_count == 30
    assert not page.locator("button[name=take_one]").count()


def test_a_rate_opens_its_list_and_a_resident_finds_the_nearest_site(
    clean: None, world: SimpleNamespace, enter: Enter
) -> None:
    forest = world.forest
    make_tree(forest)
    page = enter(world.cast.town_a, DESK)
    page.goto(f"/grids/{forest.town_a.code}/")
    page.click("a[href*='/branch_on_grid/']")
    page.wait_for_url(re.compile(r"/grids/rates/\d+/branch_on_grid/"))
    short = page.inner_text("main")
    assert forest.small_a2_1.code in short
    assert forest.small_a1_1.code not in short

    for name, lon in (("远处驿站", 112.008), ("近处驿站", 112.0051)):
        site = {"name": name, "kind": "red_station", "lon": lon, "lat": 22.905}
        Site.objects.create(**locate.place_of(forest.micro_a1_1_1).ids, **site)
    phone = enter(None)
    phone.goto("/sites/")
    phone.click("[data-near-me]")
    phone.wait_for_url("**near=**")
    names = phone.locator(".site-name").all_inner_texts()
    assert names == ["近处驿站", "远处驿站"]
