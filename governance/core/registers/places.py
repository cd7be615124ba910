"""The grids, as far as the registers need them; told by the app that has them.

The core knows no grids: a cell of `Kind.GRID` is read, shown and offered by whoever called
`tell()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from governance.core.registers.spec import Viewer


class Places(Protocol):
    """Grids by the words that people write for them."""

    def parse(self, text: str, viewer: Viewer) -> Any:
        """The grid that a code, a name or names from the town down mean, within the scope.

        Raises:
            Unclear: none, several, or one outside the scope of `viewer`.
        """

    def words(self, row: Any) -> str:
        """The names of the grids that a row (or a grid) lies in, joined by /."""

    def short(self, row: Any) -> str:
        """The name of the lowest of them."""

    def offered(self, viewer: Viewer) -> Sequence[tuple[str, str]]:
        """(code, names) of the grids that somebody may name, from the town down."""

    def below(self, viewer: Viewer, code: str = "") -> Sequence[tuple[str, str]]:
        """(code, name) one level below a grid; without a code, below somebody's own."""

    def name_of(self, code: str) -> str:
        """The name of a grid; the code itself where there is none."""

    def district_id(self, viewer: Viewer) -> int | None:
        """The district that somebody's posts are in."""


class Unclear(ValueError):
    """A cell cannot be read; `suggestion` is the text that would probably be right."""

    def __init__(self, words: str, suggestion: str = "") -> None:
        super().__init__(words)
        self.suggestion = suggestion


@dataclass
class _Told:
    places: Places | None = None


_told = _Told()


def tell(places: Places) -> None:
    """Register the one that knows grids."""
    _told.places = places


def known() -> Places:
    """Who knows grids.

    Raises:
        LookupError: no installed app has told.
    """
    if _told.places is None:
        raise LookupError("no app has told the registers about grids")
    return _told.places
