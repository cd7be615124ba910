"""`.env.example` and the variables that the code reads are the same list."""

import ast
import re

from tests.architecture.files import ROOT, sources

# Set by pytest-xdist, the shell or Django itself, not by whoever runs OneGrid.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "HOME", "PATH"}


def _read_by_settings() -> set[str]:
    tree = ast.parse((ROOT / "governance/settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def _read_past_settings() -> set[str]:
    found = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            text = (
                ast.unparse(node) if isinstance(node, ast.Call | ast.Subscript) else ""
            )
            hit = re.match(r"os\.(?:environ(?:\.\w+\(|\[)|getenv\()'([A-Z_]+)'", text)
            if hit:
                found.add(hit.group(1))
    return found - FOREIGN


def listed() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def test_every_variable_is_listed_and_every_listed_one_is_read():
    read = _read_by_settings() | _read_past_settings()
    assert len(read) > 30
    assert listed() - read == set()
    assert read - listed() == set()


def test_nobody_reads_the_environment_past_the_settings_but_the_port():
    assert _read_past_settings() - _read_by_settings() == {"PORT"}
