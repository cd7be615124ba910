"""Builds a sprite from a list of names and the installed icon package.

`icons-public.txt` has what public pages show (a small file, for phones), `icons.txt` the rest.
Each icon becomes a `<symbol>` of the same name; a name that the package lacks stops the build.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHAPE = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>', re.DOTALL)


def symbol(folder: Path, name: str) -> str:
    """One icon as a symbol. Raises SystemExit when the package has no such icon."""
    source = folder / f"{name}.svg"
    if not source.exists():
        sys.exit(f"icons.txt names {name!r}, which the icon package does not have")
    found = SHAPE.search(source.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{source} is not one plain svg element")
    body = re.sub(r"\s*\n\s*", "", found.group(2))
    return f'<symbol id="{name}" viewBox="{found.group(1)}">{body}</symbol>'


def main(folder: Path, names_file: str, target: Path) -> None:
    names = (HERE / names_file).read_text(encoding="utf-8").split()
    symbols = "\n".join(symbol(folder, name) for name in names)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n{symbols}\n</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
