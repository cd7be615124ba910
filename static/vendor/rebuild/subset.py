"""Writes `bootstrap.used.min.css`: the rules of Bootstrap whose classes this product writes somewhere.

A class counts as used when its name stands in a template, a script, or a Python file that makes markup; more is kept
than needed, never less. Rules without a class (the reboot, the variables) stay. `--check` only says what is missing.
"""

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLACES = (("templates", ".html"), ("static/js", ".js"), ("governance", ".py"), ("grids", ".py"), ("requests_hub", ".py"),
          ("volunteers", ".py"), ("points", ".py"))  # fmt: skip
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
NEVER = {"carousel", "offcanvas", "modal", "accordion", "tooltip", "popover", "toast", "navbar", "collapse", "placeholder",
         "list-group", "card", "breadcrumb", "spinner-border", "progress-stacked", "show", "fade", "nav", "badge", "alert"}  # fmt: skip


def words() -> set[str]:
    """Everything in the sources that could be the name of a class."""
    found: set[str] = set()
    for folder, ending in PLACES:
        for path in (ROOT / folder).rglob(f"*{ending}"):
            found |= set(
                re.findall(r"[a-zA-Z][\w-]*", path.read_text(encoding="utf-8"))
            )
    return found - NEVER


def split(css: str) -> list[tuple[str, str]]:
    """(head, body) of each top-level block."""
    blocks: list[tuple[str, str]] = []
    start = depth = 0
    head = ""
    for at, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                head, start = css[start:at].strip(), at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                blocks.append((head, css[start:at]))
                start = at + 1
    return blocks


def keep(css: str, used: set[str]) -> str:
    """The blocks whose selectors can match."""
    out: list[str] = []
    for head, body in split(css):
        if head.startswith(("@media", "@supports")):
            inner = keep(body, used)
            if inner:
                out.append(f"{head}{{{inner}}}")
            continue
        if head.startswith("@"):
            out.append(f"{head}{{{body}}}")
            continue
        parts = [s for s in _selectors(head) if set(CLASS.findall(s)) <= used]
        if parts:
            out.append(f"{','.join(parts)}{{{body}}}")
    return _without_idle_keyframes("".join(out))


def _selectors(head: str) -> list[str]:
    """Split at commas that are not inside brackets."""
    return re.split(r",(?![^(\[]*[)\]])", head)


def _without_idle_keyframes(css: str) -> str:
    for name in set(re.findall(r"@keyframes ([\w-]+)", css)):
        if not re.search(rf"animation(-name)?:[^;}}]*\b{re.escape(name)}\b", css):
            css = "".join(
                f"{h}{{{b}}}" for h, b in split(css) if h != f"@keyframes {name}"
            )
    return css


def subset(folder: Path) -> str:
    """The stylesheet that pages load, with Bootstrap's own licence line."""
    css = (folder / "bootstrap.min.css").read_text(encoding="utf-8")
    licence = re.match(r'(?:@charset "UTF-8";)?(/\*!.*?\*/)', css, re.S)
    head = licence.group(1) if licence else ""
    body = re.sub(r"/\*.*?\*/", "", css.removeprefix('@charset "UTF-8";'), flags=re.S)
    return f'@charset "UTF-8";{head}{keep(body, words())}\n'


def _note(inventory: Path, target: Path) -> None:
    """Keep the listed hash true when only the subset was made again."""
    name = re.escape(f"{target.parent.name}/{target.name}")
    mark = hashlib.sha256(target.read_bytes()).hexdigest()
    text = inventory.read_text(encoding="utf-8")
    text = re.sub(rf"(\| `{name}` \| `)[0-9a-f]+", rf"\g<1>{mark}", text)
    inventory.write_text(text, encoding="utf-8")


def main(vendor: Path, *, is_check: bool) -> int:
    (folder,) = vendor.glob("bootstrap-*")
    target = folder / "bootstrap.used.min.css"
    made = subset(folder)
    if not is_check:
        target.write_text(made, encoding="utf-8")
        _note(vendor / "VENDOR.md", target)
        return 0
    old = target.read_text(encoding="utf-8") if target.exists() else ""
    missing = set(CLASS.findall(made)) - set(CLASS.findall(old))
    missing = {c for c in missing if not c[0].isdigit()}
    if missing:
        print("bootstrap.used.min.css lacks:", ", ".join(sorted(missing)))
        print("Run: python static/vendor/rebuild/subset.py static/vendor")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), is_check="--check" in sys.argv))
