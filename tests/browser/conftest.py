"""One Chromium per worker against a live server; any page fault fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from governance.core import dictionaries, worktime
from grids import locate
from tests.factories.requests_hub import Makers
from tests.servers import chromium

# Server, workers and browser share two cores: what comes late is not what is tested here.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

HERE = str(Path(__file__).parent)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PLACE = {"latitude": 22.905, "longitude": 112.005}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without a browser they say so and are skipped.

    First, so that pytest-django sees the marks when it sorts: real commits after the others.
    """
    for item in items:
        if not str(item.path).startswith(HERE):
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.django_db(transaction=True))
        if chromium() is None:
            item.add_marker(
                pytest.mark.skip(reason="NO CHROMIUM: the browser tests did not run")
            )


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    # Playwright's loop makes Django think that the test is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as player:
        running = player.chromium.launch(
            executable_path=chromium(),
            chromium_sandbox=False,
            args=[
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield running
        running.close()


class Watch:
    """What went wrong in the pages: CSP, script errors, outside addresses, 5xx."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda e: self.faults.append(f"page error: {e.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"CSP: {message.text}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob"):
            return
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.faults.append(f"outside request: {request.url}")

    def _response(self, response: Any) -> None:
        is_lost = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or is_lost:
            self.faults.append(f"{response.status} {response.url}")


@pytest.fixture
def watch(live_server: Any) -> Iterator[Watch]:
    """The test fails at its end if anything was seen."""
    seen = Watch(live_server.url)
    yield seen
    assert not seen.faults, "\n".join(seen.faults)


Enter = Callable[..., Page]


@pytest.fixture
def world(
    forest: SimpleNamespace, cast: SimpleNamespace, departments: dict[str, Any]
) -> SimpleNamespace:
    """The small district with its people, and `make.request(state)`."""
    cache.clear()
    for remembered in (locate.forget_now, dictionaries.forget, worktime.forget):
        remembered()  # real commits: each test has seeded rows of its own
    return SimpleNamespace(
        forest=forest,
        cast=cast,
        departments=departments,
        make=Makers(forest, cast, departments),
    )


@pytest.fixture
def enter(browser: Browser, live_server: Any, watch: Watch) -> Iterator[Enter]:
    """`enter(user)` is a page of that person, `enter(None)` of a stranger, each on its own."""
    contexts: list[BrowserContext] = []

    def open_for(user: Any, size: dict[str, int] | None = None, **cookies: str) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=size or PHONE,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=PLACE,  # type: ignore[arg-type]
            permissions=["geolocation"],
        )
        contexts.append(context)
        watch.follow(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies["sessionid"] = client.cookies["sessionid"].value
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
            ]
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_for
    for context in contexts:
        context.close()
