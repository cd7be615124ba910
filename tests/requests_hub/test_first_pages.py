"""Everybody lands where the README says."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.architecture.files import ROOT

ROW = re.compile(r"^\| [^|]+ \| `(\w+)`[^|]* \| [^|]*?`(/[^`]*)`", re.MULTILINE)


def told(name: str) -> dict[str, str]:
    """First page by account, out of the table of roles."""
    return dict(ROW.findall((ROOT / name).read_text()))


@pytest.mark.django_db
def test_everybody_lands_where_the_readme_says(cast: SimpleNamespace) -> None:
    pages = told("README.md")
    assert {"worker_a", "town_a", "officer_a", "leader", "admin"} <= set(pages)
    landed = {}
    for name in pages:
        client = Client()
        client.force_login(getattr(cast, name))
        landed[name] = client.get("/", follow=True).request["PATH_INFO"]
    assert landed == pages


def test_both_languages_say_the_same() -> None:
    assert told("README.zh-CN.md") == told("README.md")
