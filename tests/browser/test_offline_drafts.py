"""A report or a visit written without a network: kept, there after a reload, sent once, then gone."""

import io
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page

from governance.core.models import Attachment
from grids.models import Household, Visit
from requests_hub.models import Request
from tests.factories.persons import make_household

Enter = Callable[..., Page]


def picture(colour: str) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), colour).save(out, "JPEG")
    return {"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def ready(page: Page, what: str) -> None:
    page.locator(f"html[data-{what}=ready]").wait_for()


def until(page: Page, what: str) -> None:
    """Wait for a promise of the page; the policy forbids Playwright's own waiting."""
    for _n in range(60):
        if page.evaluate(what):
            return
        page.wait_for_timeout(200)
    raise AssertionError(what)


def test_a_draft_survives_the_dark_and_goes_once(
    world: SimpleNamespace, enter: Enter
) -> None:
    page = enter(world.cast.worker_a)
    page.goto("/field/")
    ready(page, "offline")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.goto("/field/report/")
    ready(page, "report")
    for colour in ("navy", "olive"):
        page.set_input_files("#id_photos", files=[picture(colour)])  # type: ignore[list-item]
        page.locator(f".photo >> nth={0 if colour == 'navy' else 1}").wait_for()
    page.locator("input[value=facility]").check()
    page.fill("#id_body", "井盖破了")
    until(page, "OneGridDrafts.list('').then(d => d.some(x => x.fields.body))")
    until(
        page,
        "caches.match('/field/report/', {ignoreVary: true, ignoreSearch: true}).then(a => !!a)",
    )

    page.context.set_offline(True)
    page.reload()
    ready(page, "report")
    assert page.locator("[data-kept-photo]").count() == 2
    assert page.input_value("#id_body") == "井盖破了"
    page.locator("[data-report-bar] button").click()
    page.locator("[data-kept-page]:not([hidden])").wait_for()
    page.goto("/field/drafts/")
    ready(page, "draft-list")
    assert page.locator("[data-drafts] section").count() == 1
    assert not Request.objects.exists()

    page.context.set_offline(False)
    page.locator("[data-sent-list] [data-no]").wait_for()
    row = Request.objects.get()
    assert page.locator("[data-sent-list] [data-no]").inner_text() == row.no
    assert row.body == "井盖破了"
    assert row.small_id == world.forest.small_a1_1.pk
    assert Attachment.objects.filter(subject_id=row.pk).count() == 2
    left = page.evaluate("OneGridDrafts.unsent('').then(d => d.length)")
    assert left == 0


def test_signed_out_keeps_the_draft_and_says_so(
    world: SimpleNamespace, enter: Enter
) -> None:
    page = enter(world.cast.worker_a)
    page.goto("/field/report/")
    ready(page, "report")
    page.locator("input[value=tidy]").check()
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-report-bar] button").click()
    page.locator("[data-kept-page]:not([hidden])").wait_for()
    until(page, "OneGridDrafts.list('').then(d => d.every(x => x.state === 'login'))")
    assert not Request.objects.exists()


def test_a_visit_in_the_dark_goes_once(world: SimpleNamespace, enter: Enter) -> None:
    home = make_household(world.forest.micro_a1_1_1)
    page = enter(world.cast.worker_a)
    page.goto("/field/")
    ready(page, "offline")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    path = "/field/visit/"
    until(
        page,
        f"caches.match('{path}', {{ignoreVary: true, ignoreSearch: true}}).then(a => !!a)",
    )

    page.context.set_offline(True)
    page.goto(f"{path}?household={home.pk}")
    ready(page, "report")
    assert page.input_value("#household") == str(home.pk)
    page.locator("input[value=well]").check()
    page.locator("input[name=checks][value=power]").check()
    page.set_input_files("#id_photos", files=[picture("navy")])  # type: ignore[list-item]
    page.locator("[data-kept-photo]").wait_for()
    page.reload()
    ready(page, "report")
    assert page.locator("input[value=well]").is_checked()
    page.locator("[data-report-bar] button").click()
    page.locator("[data-kept-page]:not([hidden])").wait_for()
    assert not Visit.objects.exists()

    page.context.set_offline(False)
    until(page, "OneGridDrafts.unsent('').then(d => d.length === 0)")
    made = Visit.objects.get()
    assert (made.household_id, made.checks) == (home.pk, ["power"])
    assert Attachment.objects.get(subject_type="visit").subject_id == made.pk
    home.refresh_from_db()
    assert home.last_visit_on is not None


def test_the_list_of_visits_is_there_in_the_dark_and_leads_to_the_form(
    world: SimpleNamespace, enter: Enter
) -> None:
    today = timezone.localdate()
    late, far = (
        make_household(world.forest.micro_a1_1_1, number) for number in ("H-1", "H-2")
    )
    Household.objects.filter(pk=late.pk).update(next_visit_on=today - timedelta(days=3))
    Household.objects.filter(pk=far.pk).update(next_visit_on=today + timedelta(days=60))
    page = enter(world.cast.worker_a)
    page.goto("/field/")
    ready(page, "offline")
    path = "/field/visits/"
    until(page, f"caches.match('{path}', {{ignoreVary: true}}).then(a => !!a)")
    until(page, "caches.match('/field/visit/', {ignoreVary: true}).then(a => !!a)")

    page.context.set_offline(True)
    page.locator(f".tabbar a[href='{path}']").click()
    door = page.locator(".home-door")
    door.wait_for()
    assert door.count() == 1
    assert "超 3 天" in door.inner_text()
    door.click()
    ready(page, "report")
    assert page.input_value("#household") == str(late.pk)
    page.context.set_offline(False)
