"""A grid worker's way to a household in a real browser: a reason, a look, a visit, a trace."""

from types import SimpleNamespace

from grids.models import Household
from tests.browser.conftest import DESK, Enter
from tests.factories.persons import make_care, make_household, make_person


def test_a_reason_opens_the_number_and_a_visit_takes_three_taps(
    world: SimpleNamespace, enter: Enter
) -> None:
    grid = world.forest.micro_a1_1_1
    make_household(grid, "H-1", phone="13800008888")
    person = make_person(grid, 1, household_no="H-1", relation="02")
    make_care(person)
    home = person.household_id

    page = enter(world.cast.worker_a)
    page.goto(f"/households/{home}/")
    assert "张*明" in page.inner_text("main")
    assert "幸福巷" not in page.inner_text("main")

    page.click("a[href$='/unmask/']")
    page.check("input[name=reason][value=visit]")
    page.click("main button[type=submit]")
    page.wait_for_url("**/unmask/")
    assert "幸福巷 8 号 302" in page.inner_text("main")

    page.goto(f"/households/{home}/")
    assert "138 0000 8888" in page.inner_text("main")
    page.click(".pact a.btn-primary")
    page.check("input[name=condition][value=well]")
    page.check("input[name=checks][value=power]")
    page.check("input[name=need_kind][value=repair]")
    page.click(".pact button[type=submit]")
    page.locator("[data-sent-page]:not([hidden])").wait_for()
    row = Household.objects.get(pk=home)
    assert row.visits.get().checks == ["power"]
    assert row.needs.get().words == "维修改造"

    audit = enter(world.cast.auditor, DESK)
    audit.goto("/audit/access/")
    said = audit.inner_text("main")
    assert "李秀英" in said
    assert "上门走访" in said
