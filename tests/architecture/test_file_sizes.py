"""Files of at most 500 lines, views of at most 25, every model says what it is."""

import ast

from django.apps import apps

from tests.architecture.files import PACKAGES, ROOT, sources, tracked

LONGEST_FILE, LONGEST_VIEW = 500, 25


def _length(function: ast.FunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body
    if ast.get_docstring(function):
        body = body[1:]
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_no_file_is_too_long():
    long = {
        str(path): count
        for path in tracked()
        if path.suffix in {".py", ".html", ".js", ".css", ".sh"}
        and "migrations" not in path.parts
        and (count := len((ROOT / path).read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def _only_shows_data(function: ast.FunctionDef) -> bool:
    """Whether it does nothing but return one literal, like the gallery's samples."""
    return len(function.body) <= 2 and isinstance(function.body[-1], ast.Return)


def test_no_view_is_too_long():
    long = {}
    for path, tree in sources():
        if "views" not in path.parts:
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.FunctionDef)
                and _length(node) > LONGEST_VIEW
                and not _only_shows_data(node)
            ):
                long[f"{path}:{node.name}"] = _length(node)
    assert long == {}


def test_every_model_has_a_sentence_about_it():
    ours = {config.label for config in apps.get_app_configs()
            if config.name.split(".")[0] in PACKAGES}  # fmt: skip
    silent = [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in ours
        and not model._meta.auto_created
        and "pghistory" not in str(model.__mro__)
        and (not model.__doc__ or model.__doc__.startswith(f"{model.__name__}("))
    ]
    assert silent == []


def test_every_module_says_what_it_is():
    silent = [
        str(path)
        for path, tree in sources()
        if tree.body
        and "migrations" not in path.parts
        and path.name != "__init__.py"
        and not ast.get_docstring(tree)
    ]
    assert silent == []
