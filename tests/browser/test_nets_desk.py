"""The review desk by keys: confirm, undo, go on, find another grid; on a desk and on a phone."""

from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, expect

from grids.models import LineGrid, LineMapping
from tests.factories.grids import PASSWORD
from tests.grids.nets_help import handed_in, row


def test_mapping_by_keys(
    browser: Browser, live_server: Any, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    handed_in(forest, cast)
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    page.goto(f"{live_server.url}/accounts/login/?next=/grids/mapping/")
    page.fill("#id_login", "town_a")
    page.fill("#id_password", PASSWORD)
    page.click("form[action*='login'] button.btn-primary")
    page.locator('html[data-ready="1"]').wait_for()

    page.keyboard.press("j")
    expect(page.locator("#pane h2")).to_have_text("星岩第1网格")
    page.keyboard.press("j")
    expect(page.locator("#pane h2")).to_have_text("02网格")
    page.keyboard.press("k")
    expect(page.locator("#pane h2")).to_have_text("星岩第1网格")
    page.keyboard.press("a")
    # the next one is open, and the step can be taken back
    expect(page.locator("#pane h2")).to_have_text("02网格")
    expect(page.locator(".toast-line")).to_contain_text("已确认对应")
    assert row("ZZ-1").desk == "confirmed"
    page.keyboard.press("z")
    expect(page.locator("#pane h2")).to_have_text("星岩第1网格")
    assert row("ZZ-1").desk == "clear"

    page.goto(f"{live_server.url}/grids/mapping/?tab=unmatched&open={row('ZZ-4').pk}")
    page.fill("[name=find]", "城北")
    page.press("[name=find]", "Enter")
    page.locator(f"#cand-{forest.small_a2_1.pk}").check()
    page.locator(f"#cand-{forest.small_a2_2.pk}").check()
    page.click('#pane [data-key="A"]')
    expect(page.locator(".toast-line")).to_contain_text("已确认对应")
    held = LineMapping.objects.confirmed().filter(line_grid=row("ZZ-4"))
    assert held.count() == 2

    page.goto(f"{live_server.url}/grids/mapping/bulk/?above=90")
    page.click("main button.btn-primary")
    expect(page.locator(".messages")).to_contain_text("已确认 2 个对应")
    assert not LineGrid.objects.live().filter(desk="clear").exists()
    page.goto(f"{live_server.url}/grids/{forest.small_a1_1.code}/")
    expect(page.locator("#line-codes")).to_be_visible()
    expect(page.locator(".net-codes")).to_contain_text("ZZ-1")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/grids/mapping/?tab=confirmed")
    page.click("a[data-open] >> nth=0")
    expect(page.locator('#pane [data-key="A"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults == []
    context.close()
