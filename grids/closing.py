"""What stops when a department is taken out of use: the apps above say so, the register asks.

closing.tells(lambda department: [_("Routing rule “…” switches itself off.")])
"""

from collections.abc import Callable, Iterable

from governance.core.workflow import Text
from grids.models import Department

Tell = Callable[[Department], Iterable[Text]]

_tells: list[Tell] = []


def tells(tell: Tell) -> Tell:
    """Add what an app has to say of a department that is about to be closed."""
    _tells.append(tell)
    return tell


def of(department: Department) -> list[str]:
    """The sentences of every app about one department; none where nothing depends on it."""
    return [str(words) for tell in _tells for words in tell(department)]
