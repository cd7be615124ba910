"""One Chromium per worker against a live server; any page fault fails the test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HERE = str(Path(__file__).parent)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without a browser they say so and are skipped."""
    for item in items:
        if not str(item.path).startswith(HERE):
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(
                pytest.mark.skip(reason="NO CHROMIUM: the browser tests did not run")
            )


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "chromium_sandbox": False,
        "args": [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 390, "height": 844},
    }


class Watch:
    """What went wrong in the pages of a context: CSP, script errors, outside addresses."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []

    def follow(self, context: Any) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda e: self.faults.append(f"page error: {e.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        text = message.text
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.faults.append(f"CSP: {text}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob"):
            return
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.faults.append(f"outside request: {request.url}")

    def _response(self, response: Any) -> None:
        missing = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or missing:
            self.faults.append(f"{response.status} {response.url}")


@pytest.fixture
def watch(context: Any, live_server: Any) -> Iterator[Watch]:
    """Follows the test's context; the test fails at its end if anything was seen."""
    seen = Watch(live_server.url)
    seen.follow(context)
    yield seen
    assert not seen.faults, "\n".join(seen.faults)
