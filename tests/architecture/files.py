"""The tracked files of the repository, for tests about the code itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("governance", "grids", "volunteers", "points", "requests_hub")
NOT_OURS = ("static/vendor/", "locale/", "requirements/")


@cache
def tracked() -> tuple[Path, ...]:
    """Paths, relative to the root, of what git tracks or would track; without vendored files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return tuple(
        Path(name)
        for name in listed
        if name and not name.startswith(NOT_OURS) and (ROOT / name).is_file()
    )


def sources(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """Python files under the packages (all of ours when none is named), parsed."""
    for path in tracked():
        if path.suffix == ".py" and path.parts[0] in (packages or PACKAGES):
            yield path, ast.parse((ROOT / path).read_text())
