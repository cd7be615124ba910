"""The gallery in a real browser: accessible, within the policy, in both themes and sizes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser

from governance.core.models import User

MASKS = """() => [...document.querySelectorAll(".has-after, .has-before")]
  .map((box) => getComputedStyle(box).maskImage)"""


@pytest.mark.parametrize(
    ("theme", "width", "height"), [("light", 1440, 900), ("dark", 390, 844)]
)
def test_the_gallery_is_accessible_and_within_the_policy(
    browser: Browser,
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
    faded = 0
    context = browser.new_context(viewport={"width": width, "height": height})
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
        page.emulate_media(media="print")
        masks = page.evaluate(MASKS)
        page.emulate_media(media="screen")
        faded += len(masks)
        if any(mask != "none" for mask in masks):
            faults.append(f"{part}: paper fades at its edge")
    context.close()
    assert faults == []
    assert faded or width > 390, "nothing fades here, so paper was not tried"
