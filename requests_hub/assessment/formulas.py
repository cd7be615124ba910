"""Formulas of scorecards: numbers, named indicators, + - * / ( ), min, max. Nothing else runs.

The text is parsed into Python's syntax tree, every node of which must be on a short list; it is
then walked by hand. There is no eval, no attribute, no call but min and max.
"""

import ast
from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

LONGEST, DEEPEST = 500, 40
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max}
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
WIDE = str.maketrans("（）＋－×÷，", "()+-*/,")


def check(text: str, names: Collection[str], field: str = "formula") -> None:
    """Whether a formula can be reckoned with these indicators.

    Raises:
        Invalid: at `field`, with the unknown indicator or the part that is not allowed.
    """
    try:
        _check_node(_parse(text), names, 0)
    except _Bad as error:
        raise Invalid(fields={field: [str(error)]}) from None


def evaluate(text: str, values: Mapping[str, float | None]) -> float | None:
    """The formula's figure; None where an indicator has no figure or a divisor is zero."""
    try:
        return _value(_parse(text), values)
    except (_Bad, ZeroDivisionError, OverflowError):
        return None


def names_in(text: str) -> list[str]:
    """The indicators that a formula names, each once, in its order; none where it is unreadable."""
    try:
        nodes = ast.walk(_parse(text))
    except _Bad:
        return []
    found = [node.id for node in nodes if isinstance(node, ast.Name)]
    return [name for name in dict.fromkeys(found) if name not in FUNCTIONS]


class _Bad(Exception):
    """What is wrong, in words."""


def _parse(text: str) -> ast.expr:
    plain = text.translate(WIDE).strip()
    if not plain or len(plain) > LONGEST:
        raise _Bad(_("A formula has 1 to %(n)s characters.") % {"n": LONGEST})
    try:
        return ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise _Bad(_unread(plain, (error.offset or 1) - 1)) from None
    except (ValueError, RecursionError, MemoryError):
        raise _Bad(_("This cannot be read as a formula.")) from None


def _unread(text: str, at: int) -> str:
    """Where a formula cannot be read any further; `at` counts from 0."""
    rest = text[at:].strip()
    if not rest:
        return _("The formula breaks off after “%(part)s”.") % {"part": text[-20:]}
    words = _("The formula cannot be read from character %(n)s on: “%(part)s”.")
    return words % {"n": at + 1, "part": rest[:20]}


def _check_node(node: ast.expr, names: Collection[str], depth: int) -> None:
    if depth > DEEPEST:
        raise _Bad(_("The formula is nested too deeply."))
    if isinstance(node, ast.Constant):
        _number(node)
    elif isinstance(node, ast.Name):
        if node.id not in names:
            raise _Bad(_("There is no indicator “%(name)s”.") % {"name": node.id})
    else:
        for part in _parts(node):
            _check_node(part, names, depth + 1)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The operands of an allowed node."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    if isinstance(node, ast.Call) and _is_known(node):
        return list(node.args)
    words = {"part": ast.unparse(node)[:60]}
    raise _Bad(_("“%(part)s” is not allowed in a formula.") % words)


def _is_known(node: ast.Call) -> bool:
    """A call of min or max with plain arguments."""
    is_named = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
    return is_named and bool(node.args) and not node.keywords


def _number(node: ast.Constant) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise _Bad(_("“%(part)s” is no number.") % {"part": str(node.value)[:60]})
    return float(node.value)


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(node, ast.Constant):
        return _number(node)
    if isinstance(node, ast.Name):
        return values.get(node.id)
    parts = [_value(part, values) for part in _parts(node)]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](*known)
    if isinstance(node, ast.UnaryOp):
        return -known[0]
    return FUNCTIONS[node.func.id](known)  # type: ignore[attr-defined]
