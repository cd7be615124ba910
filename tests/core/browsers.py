"""One Chromium for the browser tests of the frame."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def open_chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    # Playwright's loop makes Django think that the test is asynchronous.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=["--disable-gpu"]
        )
        yield browser
        browser.close()
