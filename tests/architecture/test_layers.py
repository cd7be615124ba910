"""Imports run one way, and nobody imports the composition root.

import-linter proves the same in `make check`; this is the quick answer inside the tests.
"""

import ast
from pathlib import Path

from tests.architecture.files import sources

STOREYS = (
    "governance.core",
    "grids",
    "volunteers",
    "points",
    "requests_hub",
    "governance.dashboards",
)
ROOTS = ("governance.settings", "governance.urls", "governance.wsgi", "governance.asgi")


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def _storey(module: str) -> int | None:
    for number, name in enumerate(STOREYS):
        if module == name or module.startswith(f"{name}."):
            return number
    return None


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                node.module,
                *(f"{node.module}.{alias.name}" for alias in node.names),
            }
    return found


def test_no_storey_imports_one_above():
    upward = []
    for path, tree in sources():
        here = _storey(_module(path))
        for name in _imports(tree):
            there = _storey(name)
            if here is not None and there is not None and there > here:
                upward.append(f"{path} imports {name}")
    assert upward == []


def test_nobody_imports_the_composition_root():
    found = [
        f"{path} imports {name}"
        for path, tree in sources()
        if str(path) not in {"governance/urls.py", "governance/settings.py"}
        for name in _imports(tree)
        if name.startswith(ROOTS)
    ]
    assert found == []


def test_views_models_and_actions_keep_their_places():
    """Models know no actions; models and actions know nothing of pages or programs."""
    found = []
    for path, tree in sources():
        parts = set(path.parts)
        for name in _imports(tree):
            words = set(name.split("."))
            if "models" in parts and "actions" in words and name.startswith(STOREYS):
                found.append(f"{path} imports {name}")
            if parts & {"models", "actions"} and (
                name.startswith("rest_framework")
                or (
                    name.startswith(STOREYS)
                    and words & {"views", "forms", "api", "admin"}
                )
            ):
                found.append(f"{path} imports {name}")
    assert found == []
