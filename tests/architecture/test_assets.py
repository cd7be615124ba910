"""Pages load nothing from elsewhere, carry no inline code, and use the vendored files as recorded."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from requests_hub import workflow

ROOT = Path(settings.BASE_DIR)
OUTSIDE = re.compile(r"""(?:https?:)?//[A-Za-z0-9][A-Za-z0-9.-]*\.[a-z]{2,}""")
NAMESPACE = re.compile(r"https?://www\.w3\.org/(?:2000/svg|1999/xlink)")
# no event is called "only": that is a parameter of a template tag
INLINE = re.compile(
    r"""\sstyle\s*=\s*["']|\son(?!ly)[a-z]+\s*=\s*["']|<style|hx-on|javascript:"""
)
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
ICON = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']""")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")


def own(pattern: str, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(
            p for p in (ROOT / folder).rglob(pattern) if "vendor" not in p.parts
        )


def sprite_names() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "static/img").glob("icons*.svg"):
        found |= set(re.findall(r'<symbol id="([^"]+)"', path.read_text("utf-8")))
    return found


def test_no_page_style_or_script_names_another_host() -> None:
    faults = []
    for path in [
        *own("*.html", "templates"),
        *own("*.css", "static"),
        *own("*.js", "static"),
        *own("*.svg", "static/img"),
    ]:
        text = NAMESPACE.sub("", path.read_text("utf-8"))
        faults += [f"{path.relative_to(ROOT)}: {m}" for m in OUTSIDE.findall(text)]
    assert faults == []


def test_templates_hold_no_inline_style_or_script() -> None:
    faults = []
    for path in own("*.html", "templates"):
        text = path.read_text("utf-8")
        faults += [f"{path.relative_to(ROOT)}: {m}" for m in INLINE.findall(text)]
        faults += [f"{path.relative_to(ROOT)}: {m}" for m in SCRIPT.findall(text)]
    assert faults == []


def test_colours_are_named_in_the_tokens_alone() -> None:
    faults = []
    for path in own("*.css", "static/css"):
        if path.name in (
            "tokens.css",
            "admin.css",
        ):  # admin.css sets Django's own names
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if COLOUR.search(re.sub(r'url\("data:[^"]*"\)', "", line)):
                faults.append(f"{path.name}:{number}: {line.strip()[:80]}")
    assert faults == []


@pytest.mark.parametrize("word", [":has(", "color-mix(", "@layer", "oklch("])
def test_styles_stay_readable_for_chromium_86(word: str) -> None:
    users = [p.name for p in own("*.css", "static/css") if word in _rules(p)]
    assert users == []


def _rules(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)


def test_every_icon_that_is_asked_for_is_in_a_sprite() -> None:
    names = sprite_names()
    asked = {
        name: path.name
        for path in own("*.html", "templates")
        for name in ICON.findall(path.read_text("utf-8"))
    }
    for machine in (workflow.REQUEST, workflow.WHISTLE_TASK, workflow.GRID_TASK):
        asked |= {s.icon: machine.name for s in machine.states}
        asked |= {s.icon: machine.name for s in machine.steps}
    missing = {name: where for name, where in asked.items() if name not in names}
    assert missing == {}


def test_sprites_hold_what_their_lists_name() -> None:
    listed: list[str] = []
    for name in ("icons.txt", "icons-public.txt"):
        listed += (ROOT / "static/vendor/rebuild" / name).read_text("utf-8").split()
    assert len(listed) == len(set(listed))
    assert set(listed) == sprite_names()


def test_vendored_files_are_those_recorded() -> None:
    vendor = ROOT / "static/vendor"
    recorded = dict(
        re.findall(
            r"\| `([^`]+)` \| `([0-9a-f]{64})` \|",
            (vendor / "VENDOR.md").read_text("utf-8"),
        )
    )
    found = {
        p.relative_to(vendor).as_posix(): p
        for folder in vendor.iterdir()
        if folder.is_dir() and folder.name != "rebuild"
        for p in folder.rglob("*")
        if p.is_file()
    }
    found |= {f"img/{p.name}": p for p in (ROOT / "static/img").glob("icons*.svg")}
    assert set(found) == set(recorded)
    for name, path in found.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == recorded[name], name


def test_the_lock_file_names_no_registry() -> None:
    text = (ROOT / "static/vendor/rebuild/package-lock.json").read_text("utf-8")
    assert '"integrity"' in text
    assert '"resolved"' not in text
