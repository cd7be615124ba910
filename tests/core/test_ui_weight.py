"""What pages weigh: everything a browser loads for them, as it goes over the wire."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

STATIC = re.compile(r'(?:src|href|data-style)="/static/([^"#?]+)')
PUBLIC_KB, STAFF_KB, SCRIPT_KB = 60, 120, 150
PUBLIC = ("/", "/ask/problem/", "/ask/help/", "/follow/", "/accounts/login/")
STAFF = ("/workbench/", "/todo/", "/dispatch/", "/requests/", "/whistles/", "/requests/new/", "/grids/", "/notices/")  # fmt: skip


def plain(name: str) -> str:
    """The file's own name when the storage has hashed it."""
    return re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name)


def loaded(client: Client, address: str) -> dict[str, int]:
    """Each thing that this page loads and its bytes after gzip; a map comes on a tap."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    parts = {"page": len(gzip.compress(answer.content))}
    for name in set(STATIC.findall(answer.content.decode())):
        path = finders.find(plain(name))
        assert path, name
        parts[plain(name)] = len(gzip.compress(Path(path).read_bytes()))
    return parts


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_for_residents_is_light(
    client: Client, forest: SimpleNamespace, address: str
) -> None:
    parts = loaded(client, address)
    parts.pop("vendor/leaflet-1.9.4/leaflet.css", None)
    assert sum(parts.values()) <= PUBLIC_KB * 1024, parts


@pytest.mark.parametrize("address", STAFF)
def test_a_page_for_staff_is_light(
    client: Client, cast: SimpleNamespace, address: str
) -> None:
    client.force_login(cast.town_a)
    parts = loaded(client, address)
    assert sum(parts.values()) <= STAFF_KB * 1024, parts
    scripts = {n: b for n, b in parts.items() if n.endswith(".js")}
    assert sum(scripts.values()) <= SCRIPT_KB * 1024, scripts


def test_the_subset_of_bootstrap_has_every_class_that_is_used() -> None:
    import importlib.util

    path = Path(settings.BASE_DIR) / "static/vendor/rebuild/subset.py"
    spec = importlib.util.spec_from_file_location("subset", path)
    assert spec
    assert spec.loader
    subset = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(subset)
    assert subset.main(Path(settings.BASE_DIR) / "static/vendor", is_check=True) == 0
