"""A page that was opened before the token changed (another tab, a cache) can still be sent."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

Enter = Callable[..., Page]


def renew_token(page: Page) -> None:
    """What a sign-in in another tab does to the cookie."""
    held = [c for c in page.context.cookies() if c["name"] == "csrftoken"]
    assert len(held) == 1
    page.context.add_cookies([{**held[0], "value": "n" * 32}])  # type: ignore[typeddict-item]


@pytest.mark.parametrize("has_htmx", [True, False])
def test_a_step_goes_with_the_token_of_now(
    world: SimpleNamespace, enter: Enter, has_htmx: bool
) -> None:
    row = world.make.request("submitted")
    page = enter(world.cast.town_a, DESK)
    page.goto(f"/requests/{row.no}/step/accept/")
    if not has_htmx:
        page.locator(".drawer-form").evaluate(
            "form => form.replaceWith(form.cloneNode(true))"
        )
    renew_token(page)
    page.locator(".drawer-foot button.btn-primary").click()
    page.wait_for_url(f"**/requests/{row.no}/")
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_public_form_goes_with_the_token_of_now(
    world: SimpleNamespace, enter: Enter
) -> None:
    page = enter(None, PHONE)
    page.goto("/ask/problem/")
    page.locator("input[value=light]").check()
    page.fill("#id_address", "幸福巷 12 号门口")
    page.fill("#id_body", "巷口路灯坏了三天，晚上看不清台阶。")
    renew_token(page)
    page.locator(".pact .btn-primary").click()
    page.wait_for_url("**/ask/sent/**")
