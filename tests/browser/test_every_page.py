"""Every page of the table in both themes, sizes and languages: axe, policy, width, words, outside requests."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from requests_hub.models import Whistle
from tests.browser.conftest import DESK, PHONE
from tests.url_kinds import CAST
from tests.urls import URLS

Enter = Callable[..., Page]
LOOKS = (Path(__file__).parent / "looks.js").read_text()
VIEWERS = ("anonymous", "town_a", "officer_a", "worker_a")


def viewer(answers: object) -> str | None:
    """Who of the four main roles sees the page, the stranger first; else anybody who does."""
    for person in (*VIEWERS, *CAST):
        if answers.expected(person) == 200:  # type: ignore[attr-defined]
            return person
    return None


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", DESK, "zh-hans"), ("dark", PHONE, "en")],
    ids=["desk", "phone"],
)
def test_every_page_is_accessible_and_within_the_policy(
    world: SimpleNamespace,
    enter: Enter,
    theme: str,
    size: dict[str, int],
    language: str,
) -> None:
    row = world.make.request("replied")
    world.row, world.closed = row, world.make.request("closed")
    world.task = row.tasks.order_by("-is_lead", "id")[0]
    world.whistle = Whistle.objects.get(request=row)
    pages: dict[str, Page] = {}
    faults: list[str] = []
    for url in URLS:
        person = viewer(url) if url.page or url.is_shown else None
        if person is None:
            continue
        user = None if person == "anonymous" else getattr(world.cast, person)
        if person not in pages:
            pages[person] = enter(user, size, theme=theme, django_language=language)
        page = pages[person]
        page.goto(reverse(url.name, kwargs=url.args(world)) + url.query)
        found = Axe().run(page).response["violations"]
        faults += [f"{url.name}: {v['id']} {v['nodes'][0]['target']}" for v in found]
        seen = page.evaluate(LOOKS, language == "zh-hans")
        faults += [f"{url.name}: {words}" for words in seen]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0 and not url.is_paper:  # a sheet of A4 is as wide as it is
            faults.append(f"{url.name}: {over} px too wide")
    assert not faults, "\n".join(faults)
