"""P9: what a page weighs when it comes for the first time, compressed as it is sent."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from benchmarks import database, requests
from benchmarks.harness import Bar
from benchmarks.visits import signed_in

PAGES = {
    "": ["/", "/accounts/login/", "/follow/"],
    "district": ["/requests/", "/dispatch/", "/workbench/", "/todo/", "/grids/"],
    "officer_a": ["/desk/"],
    "worker_a": ["/field/"],
}
LISTS = {"/requests/", "/dispatch/", "/desk/", "/todo/"}
ASSET = re.compile(
    r"""<(?:script|link)\b[^>]*?\b(?:src|href)=["']([^"']+\.(?:js|css))["']"""
)


def measure() -> list[Bar]:
    requests.fill("100k")
    whole: dict[str, float] = {}
    scripts: dict[str, float] = {}
    bare: list[str] = []
    with database.on("100k"):
        for role, pages in PAGES.items():
            client = signed_in(role) if role else Client(HTTP_HOST="127.0.0.1")
            for path in pages:
                answer = client.get(path)
                if answer.status_code != 200:
                    continue
                html = answer.content.decode()
                assets = {
                    url: _packed(url) for url in dict.fromkeys(ASSET.findall(html))
                }
                name = f"{role or 'anyone'} {path}"
                scripts[name] = (
                    sum(v for k, v in assets.items() if k.endswith(".js")) / 1024
                )
                page = len(gzip.compress(answer.content, 6))
                whole[name] = (page + sum(assets.values())) / 1024
                if "<main" not in html or "<h1" not in html:
                    bare.append(name)
    lists = {name: size for name, size in whole.items() if name.split()[1] in LISTS}
    heaviest, most = (
        max(lists, key=lambda n: lists[n]),
        max(scripts, key=lambda n: scripts[n]),
    )
    return [
        Bar("P9", f"heaviest list page, all in, gz ({heaviest})", lists[heaviest], 120, "KB",
            details={"all": whole}),
        Bar("P9", f"most scripts of a page, gz ({most})", scripts[most], 150, "KB",
            details={"all": scripts}),
        Bar("P9", "pages without content before scripts", len(bare), 0, "",
            details={"pages": bare}),
    ]  # fmt: skip


def _packed(url: str) -> int:
    """Bytes of an asset as whitenoise sends it."""
    name = url.split("?")[0].removeprefix(settings.STATIC_URL)
    found = finders.find(name) or finders.find(_without_hash(name))
    if not found:
        found = str(Path(settings.STATIC_ROOT) / name)
    return len(gzip.compress(Path(found).read_bytes(), 9))


def _without_hash(name: str) -> str:
    return urljoin(
        name, re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name.rsplit("/", 1)[-1])
    )
