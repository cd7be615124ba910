"""A real district from the Excel files of today, on pages alone: nobody opens the admin site."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import Page
from pytest_django import Settings

from governance.celery import app
from governance.core import consumers, dictionaries, worktime
from governance.core.models import Delivery, Outbox
from grids import locate
from grids.models import Grid, PartyMember, Person, Post, Site
from tests.browser.conftest import DESK, Enter
from tests.data.make_books import FOLDER, TEN
from tests.registers_help import media

__all__ = ["media"]
OWN = "Qingxi-2026"
FIRST = r"[A-Z]{4}-[a-z]{4}-[2-9]{4}"


def work() -> None:
    """What the relay and the workers would do now."""
    for _round in range(5):  # what a delivery records is delivered in the next round
        waiting = Outbox.objects.filter(done_at=None)
        if not (ids := list(waiting.values_list("pk", flat=True))):
            return
        consumers.deliver(ids)
    lost = Delivery.objects.exclude(last_error="").values_list("consumer", "last_error")
    raise AssertionError(list(lost))


@pytest.fixture
def clean(media: Path, settings: Settings) -> Iterator[None]:
    """An empty installation whose tasks are done at once in this process."""
    cache.clear()
    for remembered in (locate.forget_now, dictionaries.forget, worktime.forget):
        remembered()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def desk(clean: None, enter: Enter) -> Iterator[Callable[[str, str], Page]]:
    """`desk(account, first password)`: signed in, with a password of one's own."""
    asked: list[str] = []

    def open_for(account: str, first: str) -> Page:
        page = enter(None, DESK)
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto("/accounts/login/")
        page.fill("#id_login", account)
        page.fill("#id_password", first)
        page.click("form[action*='login'] button.btn-primary")
        page.wait_for_url("**/password/change/**")
        page.fill("[name=oldpassword]", first)
        page.fill("[name=password1]", OWN)
        page.fill("[name=password2]", OWN)
        page.click("main button.btn-main")
        page.wait_for_url(lambda url: "/password/" not in url)
        return page

    yield open_for
    assert asked
    assert not [path for path in asked if path.startswith("/admin")]


def give(page: Page, address: str, name: str) -> None:
    """Choose one of the files on an upload page."""
    page.goto(address)
    page.set_input_files("main input[type=file]", str(FOLDER / name))
    page.click("main form[enctype] button.btn-primary")
    page.wait_for_url(re.compile(r"/\d+/$"))


def words(page: Page) -> str:
    return page.inner_text("main")


def bring(page: Page, key: str, *told: str, result: str = "") -> str:
    """Import the file of a register; every one of `told` stands at a row before it is written."""
    give(page, f"/imports/new/{key}/", f"{key}.xlsx")
    work()
    page.goto(page.url)
    found = words(page)
    for sentence in told:
        assert sentence in found, found
    if page.locator("main a[href='?tab=ask']").count():
        page.goto(page.url + "?tab=ask")
        all_right = page.locator(".reg-go form[action$='accept/'] button")
        if all_right.count():
            all_right.click()
    page.goto(page.url.split("?")[0])
    page.click("button[form=go]")
    page.wait_for_load_state()
    work()
    page.goto(page.url.split("?")[0])
    after = page.inner_text(".reg-result")
    assert result in after, after
    return after


def tree(page: Page, name: str, *told: str) -> None:
    """Import the tree; with faults told, nothing can be written."""
    give(page, "/grids/import/", name)
    found = words(page)
    for sentence in told:
        assert sentence in found, found
    if told:
        assert not page.locator("[name=reason]").count()
        assert not Grid.objects.exists()
        return
    page.fill("[name=reason]", "建区")
    page.click("main form[method=post] button.btn-primary")
    page.locator(".note.tone-green").first.wait_for()


def slips(page: Page) -> dict[str, str]:
    """First passwords of all who wait for one, by account."""
    page.goto("/grids/staff/slips/")
    page.click("main button.btn-primary")
    page.locator(".slips").wait_for()
    found = page.locator(".slips li").all()
    pairs = [slip.locator(".mono").all_inner_texts() for slip in found]
    return {account: password for account, password in pairs}  # noqa: C416 - texts


def strip(page: Page) -> str:
    return " ".join(page.inner_text("ul.strip").split())


def made() -> list[str]:
    """The first passwords that the command prints: of the dispatch centre, of the administrator."""
    out = io.StringIO()
    call_command("create_district", "999901", "示例区", stdout=out)
    return re.findall(FIRST, out.getvalue())


def test_a_district_is_set_up_from_its_excel_files(
    desk: Callable[[str, str], Page],
) -> None:
    dispatch, administrator = made()
    page = desk("district", dispatch)

    _grids(page)
    _staff(page)
    passwords = slips(page)
    expected = {"town_qx", "town_yl", "lead_sc", "work_sc", "call_sc", "desk_mz"}
    assert set(passwords) == expected
    tree(page, "grids_leaders.xlsx")
    led = Post.objects.current().filter(
        user__username="lead_sc", grid__code="99990100100201"
    )
    assert led.get().role == "grid_leader"

    _party(page)
    _six_data(page)
    _teams(page)
    _circle(page)
    _rates(page)

    town = desk("town_qx", passwords["town_qx"])
    _look_and_take_out(town)
    _audited(desk, administrator)


def _grids(page: Page) -> None:
    tree(
        page,
        "grids.xlsx",
        "代码没有以上级代码 999901002001 开头",
        "上级绕回到自己，成了环",
        "代码与第 2 行重复",
    )
    tree(page, "grids_fixed.xlsx")
    # 2 towns, 2 villages each, 1 small grid in each, 2 micro grids in each: 2 + 4 + 4 + 8
    assert Grid.objects.live().count() == 18
    give(page, "/grids/polygons/", "outlines.geojson")
    page.fill("[name=reason]", "实测")
    page.click("button[name=go]")
    page.wait_for_url("**/grids/")
    assert "清溪镇" in words(page)


def _staff(page: Page) -> None:
    bring(page, "departments", result="新增 2，")
    bring(page, "staff", "审计员", "没有“清溪镇/下材”", "巡查员", result="新增 6，")


def _party(page: Page) -> None:
    bring(page, "party-organisations", result="新增 4，")
    bring(page, "party-members", "上村第九网格党支部", result="新增 2，")
    assert PartyMember.objects.count() == 2


def _six_data(page: Page) -> None:
    bring(page, "households", result="新增 8，")
    bring(
        page,
        "people",
        "4.45302E+17，后几位丢失",
        "校验码不符",
        "上材",
        result="新增 8，",
    )
    assert Person.objects.count() == 8
    bring(page, "organisations", "校验码不符", result="新增 2，")
    bring(page, "sites", "棋牌室", result="新增 3，")
    assert Site.objects.count() == 3


def _teams(page: Page) -> None:
    page.goto("/teams/templates/")
    page.click("form[action$='proposals/'] button")
    page.wait_for_load_state()
    bring(page, "assignments", "巡逻队长", result="新增 22，")
    page.goto("/teams/")
    # Posts asked for: 4 villages × 10, 4 small grids × 3, 8 micro grids × 3 = 40 + 12 + 24 = 76.
    # Held: 10 + 4 in 上村 and 下村, 3 in a small grid, 3 in a micro grid, 1 in 东社区 = 21; the
    # head of a building is an open post and counts nowhere. 21 / 76 = 27.63 %.
    assert "27.6%" in strip(page)
    assert "21 / 76" in strip(page)
    table = page.inner_text("table")
    # 清溪镇: 20 of 2 × 10 + 2 × 3 + 4 × 3 = 38, 52.63 %; 云岭街道: 1 of 38, 2.63 %
    assert "52.6%" in table
    assert "2.6%" in table
    page.goto("/teams/?tab=vacant&grid=999901001002&level=medium")
    red = page.locator("td:first-child b").all_inner_texts()
    # 下村 has four of the ten: 书记、挂点领导、民警、法律顾问
    assert red == [TEN[0], TEN[1], *TEN[6:]]


def _circle(page: Page) -> None:
    page.goto("/sites/circle/")
    page.click("form[action$='/run/'] button")
    page.wait_for_load_state()
    work()
    page.goto("/sites/circle/")
    # One walks 15 × 70 ÷ 1.3 = 807.7 m as the crow flies; a micro grid is 0.005° = 556 m high.
    # 清溪镇: the centre in micro grid 1 is 0 and 556 m from the middles of 1 and 2, 1,112 m from 3.
    # 云岭街道: the station at 22.9449 is 267 and 289 m from those of 1 and 2, 845 m from 3. The
    # property office in micro grid 4 is of a kind that does not count. So 4 of 8 micro grids.
    assert "50.0%" in strip(page)
    assert "4 / 8" in strip(page)
    # Households by micro grid: 3, 1, 1, 0 in 清溪镇 and 1, 0, 0, 2 in 云岭街道; 3 + 1 + 1 of 8
    assert "62.5%" in strip(page)
    assert "5 / 8" in strip(page)
    table = page.inner_text("table >> nth=0")
    assert "4 / 5" in table
    assert "1 / 3" in table


def _rates(page: Page) -> None:
    page.goto("/grids/rates/?level=large")
    # Branches: on one of 4 small grids, in 上村. A body in one of 8 micro grids, of 清溪镇. No
    # member household was handed in. Units: the bamboo works says that it has a body, the snack
    # bar that it has none. Places: the centre, the station and the property office in 1, 5 and 8.
    said = strip(page)
    for part in ("1 / 4", "1 / 8", "0 / 8", "1 / 2", "3 / 8"):
        assert part in said, said
    for percent in ("25%", "12.5%", "0%", "50%", "37.5%"):
        assert percent in said, said
    rows = page.locator(".rate-table tbody tr").all_inner_texts()
    by_town = {row.split()[0]: re.findall(r"(\d+) / (\d+)", row) for row in rows}
    assert by_town == {
        "清溪镇": [("1", "2"), ("1", "4"), ("0", "4"), ("1", "1"), ("1", "4")],
        "云岭街道": [("0", "2"), ("0", "4"), ("0", "4"), ("0", "1"), ("2", "4")],
    }


def _look_and_take_out(page: Page) -> None:
    who = Person.objects.get(household__number="H-1")
    page.goto("/registry/people/")
    assert "13800000001" not in words(page)
    page.goto(f"/registry/people/{who.pk}/unmask/")
    page.check("input[name=reason][value=visit]")
    page.click("main button[type=submit]")
    page.locator("main .note.tone-amber").wait_for()
    assert "138 0000 0001" in words(page)
    page.goto(f"/registry/people/{who.pk}/")
    assert "138 0000 0001" not in words(page)
    looked = page.inner_text("section[aria-labelledby=access]")
    assert "陶清" in looked
    assert "上门走访" in looked
    page.goto("/registry/people/export/")
    page.check("input[name=values][value=whole]")
    page.fill("#reason", "入户核对名册")
    with page.expect_download():
        page.click("main form button.btn-primary")


def _audited(desk: Callable[[str, str], Page], administrator: str) -> None:
    admin = desk("admin", administrator)
    admin.goto("/registry/staff/new/")
    admin.fill("[name=username]", "audit_x")
    admin.fill("[name=name]", "沈计")
    admin.select_option("[name=role]", "auditor")
    admin.click("main form button.btn-primary")
    admin.wait_for_url(lambda url: not url.endswith("/new/"))
    auditor = desk("audit_x", slips(admin)["audit_x"])
    auditor.goto("/audit/access/")
    seen = words(auditor)
    assert "陶清" in seen
    assert "上门走访" in seen
    auditor.goto("/audit/exports/")
    taken = words(auditor)
    assert "陶清" in taken
    assert "入户核对名册" in taken
