"""Take the pictures of the main pages from a running `make run`, light and dark, desk and phone.

`make screenshots` writes them to `docs/images/`; another address: BASE_URL=http://127.0.0.1:8001.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "images"
BASE = os.environ.get("BASE_URL", "http://127.0.0.1:8000")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# name: account (None: nobody), address, window, theme
PICTURES = {
    "signin": (None, "/accounts/login/", DESK, "light"),
    "ask-phone": (None, "/ask/", PHONE, "light"),
    "workbench": ("town_a", "/workbench/", DESK, "light"),
    "dispatch": ("district", "/dispatch/", DESK, "light"),
    "requests": ("town_a", "/requests/", DESK, "light"),
    "requests-dark": ("town_a", "/requests/", DESK, "dark"),
    "department": ("officer_a", "/desk/", DESK, "light"),
    "todo-phone": ("worker_a", "/todo/", PHONE, "light"),
}


def main() -> int:
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        print("Chromium is missing. On Debian: apt-get install chromium fonts-noto-cjk")
        return 1
    try:
        urllib.request.urlopen(f"{BASE}/healthz", timeout=5)  # noqa: S310 our own address
    except (OSError, urllib.error.URLError):
        print(f"Nothing answers at {BASE}. Start it first: make run")
        return 1
    listed = subprocess.run(
        [sys.executable, "manage.py", "demo_accounts", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    passwords = {row["username"]: row["password"] for row in json.loads(listed)}
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        for name in PICTURES:
            _take(browser, name, passwords)
            print(f"docs/images/{name}.png")
        browser.close()
    return 0


def _take(browser: Browser, name: str, passwords: dict[str, str]) -> None:
    account, path, window, theme = PICTURES[name]
    context = browser.new_context(
        viewport=window, locale="zh-CN", device_scale_factor=2
    )
    context.add_cookies([{"name": "theme", "value": theme, "url": BASE}])
    page = context.new_page()
    if account:
        page.goto(f"{BASE}/accounts/login/")
        page.fill("input[name=login]", account)
        page.fill("input[name=password]", passwords[account])
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
    page.goto(f"{BASE}{path}", wait_until="networkidle")
    page.screenshot(path=str(OUT / f"{name}.png"))
    context.close()


if __name__ == "__main__":
    sys.exit(main())
