"""The lists of this app: one module a topic, each with `dictionaries()` that yields `Seed`s."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from governance.core.seeds import Seed


def dictionaries() -> Iterator[Seed]:
    """Every list of every topic."""
    for module in iter_modules(__path__):
        yield from import_module(f"{__name__}.{module.name}").dictionaries()
