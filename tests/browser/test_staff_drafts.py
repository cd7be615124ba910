"""Drafts in a real browser: kept until the server has taken them, and each account's own."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from governance.core import dictionaries
from governance.core.models import Dictionary
from requests_hub.models import Request
from requests_hub.views import requests as pages
from tests.factories.grids import PASSWORD

WORDS = "路口的井盖不见了，晚上很危险"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.fixture
def address(live_server: Any, cast: SimpleNamespace) -> str:
    kinds, _ = Dictionary.objects.get_or_create(code="request_category")
    kinds.items.get_or_create(code="010204", defaults={"label_zh": "井盖"})
    dictionaries.forget()  # the copy of the test before has other ids
    return str(live_server.url)


def sign_in(page: Page, address: str, who: str, to: str = "/requests/new/") -> None:
    page.goto(f"{address}/accounts/login/?next={to}")
    fill_sign_in(page, who)


def fill_sign_in(page: Page, who: str) -> None:
    page.fill("#id_login", who)
    page.fill("#id_password", PASSWORD)
    page.click("form[action*='login'] button.btn-primary")
    page.locator('html[data-ready="1"]').wait_for()


def write(page: Page) -> None:
    page.fill("[name=body]", WORDS)
    page.fill("[name=title]", "井盖丢失")
    page.select_option("[name=category]", index=1)


def send(page: Page) -> None:
    page.click("form[data-autosave] button.btn-primary")


def body_of(page: Page, address: str) -> str:
    page.goto(f"{address}/requests/new/")
    return page.input_value("[name=body]")


def test_a_draft_stays_on_leaving_and_belongs_to_its_account(
    page: Page, address: str
) -> None:
    sign_in(page, address, "town_a")
    write(page)
    page.goto(f"{address}/requests/")
    assert body_of(page, address) == WORDS
    page.context.clear_cookies()
    sign_in(page, address, "town_b")
    assert page.input_value("[name=body]") == ""
    page.context.clear_cookies()
    sign_in(page, address, "town_a")
    assert page.input_value("[name=body]") == WORDS


def test_a_fault_of_the_server_keeps_what_was_typed(
    page: Page, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("a fault")

    sign_in(page, address, "town_a")
    write(page)
    monkeypatch.setattr(pages, "write_down", fail)
    send(page)
    page.locator("body[data-refused]").wait_for()
    assert "故障编号" in page.inner_text("main")
    assert body_of(page, address) == WORDS
    assert Request.objects.count() == 0


def test_being_signed_out_while_typing_keeps_what_was_typed(
    page: Page, address: str
) -> None:
    sign_in(page, address, "town_a")
    write(page)
    page.context.clear_cookies(name="sessionid")
    send(page)
    page.locator("body[data-refused]").wait_for()
    sign_in(page, address, "town_a")
    assert page.input_value("[name=body]") == WORDS


def test_a_refused_form_keeps_the_draft_and_an_accepted_one_ends_it(
    page: Page, address: str
) -> None:
    sign_in(page, address, "town_a")
    write(page)
    page.fill("[name=reporter_phone]", "123")
    send(page)
    page.locator("[aria-invalid=true]").first.wait_for()
    assert body_of(page, address) == WORDS
    page.fill("[name=reporter_phone]", "")
    send(page)
    page.wait_for_url("**/requests/YC*/")
    assert Request.objects.count() == 1
    assert body_of(page, address) == ""
