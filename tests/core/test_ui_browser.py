"""The gallery in a real browser: accessible, within the policy, in both themes and sizes."""

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from governance.core.models import User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright's loop makes Django think that the test is asynchronous.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=["--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.mark.parametrize(
    ("theme", "width", "height"), [("light", 1440, 900), ("dark", 390, 844)]
)
def test_the_gallery_is_accessible_and_within_the_policy(
    chromium: Browser,
    live_server: object,
    settings: object,
    theme: str,
    width: int,
    height: int,
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    address = live_server.url  # type: ignore[attr-defined]
    client = Client()
    client.force_login(User.objects.create_user("reader", name="程晓岚"))
    cookies = [
        {
            "name": "sessionid",
            "value": client.cookies["sessionid"].value,
            "url": address,
        },
        {"name": "theme", "value": theme, "url": address},
    ]
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    for part in ("", "pages/", "phone/"):
        page.goto(f"{address}/_components/{part}")
        page.locator('html[data-ready="1"]').wait_for()
        found = Axe().run(page)
        faults.extend(f"{part}: {v['id']}" for v in found.response["violations"])
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            faults.append(f"{part}: {over} px too wide")
    context.close()
    assert faults == []
