"""A deadline is a row that a sweep reads, never a message that waits (see ADR on the outbox)."""

import ast

from tests.architecture.files import sources

LONGEST_SECONDS = 60


def _is_short(node: ast.expr) -> bool:
    """Whether a countdown is surely at most a minute: a small number, or `min(…, small)`."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and node.value <= LONGEST_SECONDS
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "min"
        and any(_is_short(arg) for arg in node.args)
    )


def waits(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == "eta":
                found.append(f"{keyword.value.lineno}: eta")
            elif keyword.arg == "countdown" and not _is_short(keyword.value):
                found.append(f"{keyword.value.lineno}: countdown")
    return found


def test_the_search_finds_what_it_should():
    bad = "t.apply_async(eta=x)\nt.apply_async(countdown=61)\nt.retry(countdown=pause)"
    good = "t.apply_async(countdown=60)\nt.retry(countdown=min(pause, 30))"
    assert len(waits(ast.parse(bad))) == 3
    assert waits(ast.parse(good)) == []


def test_no_message_waits_longer_than_a_minute():
    found = {str(path): lines for path, tree in sources() if (lines := waits(tree))}
    assert found == {}
