"""Writes `static/vendor/VENDOR.md`: what is vendored, its version, licence, source and SHA-256."""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = {"bootstrap": "bootstrap", "htmx": "htmx.org", "leaflet": "leaflet"}
HEAD = """# Vendored browser libraries

Made by `scripts/rebuild_vendor.sh` from `rebuild/package-lock.json`; do not edit by hand.
No page loads anything from another host. The lines naming source maps are taken out, because the
maps are not shipped; nothing else is changed. `bootstrap.used.min.css` is what pages load: the rules of `bootstrap.min.css` that the
product uses (`rebuild/subset.py`).

"""


def facts(package: str) -> dict[str, str]:
    path = HERE / "node_modules" / package / "package.json"
    return json.loads(path.read_text(encoding="utf-8"))


def rows(paths: list[Path], base: Path) -> str:
    lines = [
        f"| `{p.relative_to(base).as_posix()}` | `{hashlib.sha256(p.read_bytes()).hexdigest()}` |"
        for p in sorted(paths)
    ]
    return "| File | SHA-256 |\n|---|---|\n" + "\n".join(lines) + "\n"


def main(vendor: Path) -> None:
    text = HEAD
    for folder in sorted(p for p in vendor.iterdir() if p.is_dir() and p != HERE):
        info = facts(PACKAGES[folder.name.rsplit("-", 1)[0]])
        text += f"## {info['name']} {info['version']}\n\nPackage `{info['name']}`, licence {info['license']}.\n\n"
        text += rows([p for p in folder.rglob("*") if p.is_file()], vendor) + "\n"
    info = facts("bootstrap-icons")
    text += f"## {info['name']} {info['version']} (subset)\n\nPackage `{info['name']}`, licence {info['license']}. "
    text += "The icons named in `rebuild/icons*.txt`, as sprites.\n\n"
    text += rows(list((vendor.parent / "img").glob("icons*.svg")), vendor.parent)
    (vendor / "VENDOR.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
