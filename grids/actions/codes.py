"""Codes and names of grids: which fit, which are free; a code once used is never another's."""

from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from grids.models import Grid, GridCode

CODE_DIGITS = {"large": 9, "medium": 12, "small": 14, "micro": 17}
LEVEL_ABOVE = {"medium": "large", "small": "medium", "micro": "small"}
LEVEL_BELOW = {up: down for down, up in LEVEL_ABOVE.items()}
MOST_NAME = 60


def used_below(code: str, level: str) -> set[str]:
    """Every code of a level that any grid ever had and that begins with `code`."""
    digits = CODE_DIGITS[level]
    rest = digits - len(code)
    found = GridCode.objects.filter(code__gte=code + "0" * rest)
    found = found.filter(code__lte=code + "9" * rest)
    return {used for used in found.values_list("pk", flat=True) if len(used) == digits}


def next_code(parent: Grid) -> str:
    """The lowest number above all ever used below `parent`; retired codes stay taken.

    Raises:
        Conflict: the last number is used.
        Invalid: towns and villages have official codes only.
    """
    level = LEVEL_BELOW.get(parent.level, "")
    if level not in ("small", "micro"):
        raise Invalid(fields={"code": [_("Give the official code.")]})
    return _next(parent, level)


def kept_code(grid: Grid, parent: Grid) -> str:
    """The code below another parent: with the same last digits if they are free, else the next."""
    level = grid.level
    digits = CODE_DIGITS[level] - CODE_DIGITS[parent.level]
    same = parent.code + grid.code[-digits:]
    return _next(parent, level) if _of_others(grid, same) else same


def _of_others(grid: Grid, code: str) -> str:
    """The first code of others among `code` and those that the grid's own grids get with it, or "".

    A grid that comes back to where it was may find numbers below its former code that grids
    which have left it since have used.
    """
    below = Grid.objects.filter(code__startswith=grid.code).values_list("code", "pk")
    wanted = {code + own[len(grid.code) :]: pk for own, pk in below}
    used = GridCode.objects.filter(pk__in=wanted).values_list("pk", "grid_id")
    return min((had for had, owner in used if wanted[had] != owner), default="")


def _next(parent: Grid, level: str) -> str:
    digits = CODE_DIGITS[level] - CODE_DIGITS[parent.level]
    last = max(used_below(parent.code, level), default="")
    number = int(last[-digits:]) + 1 if last else 1
    if number >= 10**digits:
        raise Conflict(_("%(grid)s has no number left.") % {"grid": parent.name})
    return f"{parent.code}{number:0{digits}d}"


def check_name(name: str) -> None:
    """Whether a grid may be called so.

    Raises:
        Invalid: empty or too long.
    """
    if not name.strip() or len(name.strip()) > MOST_NAME:
        words = _("A grid needs a name of at most 60 characters.")
        raise Invalid(fields={"name": [words]})


def check_code(code: str, *, level: str, above: str, own: Grid | None = None) -> None:
    """Whether a grid of this level below the code `above` may have it; `own` is the grid itself, if there is one.

    Raises:
        Invalid: digits or beginning are wrong.
        Conflict: another grid has or had it, or one that the grid's own grids would get with it.
    """
    if not (code.isascii() and code.isdigit() and len(code) == CODE_DIGITS[level]):
        words = _("The code has 9, 12, 14 or 17 digits, by level.")
        raise Invalid(fields={"code": [words]})
    if not code.startswith(above):
        words = _("The code starts with the code above it, %(code)s.")
        raise Invalid(fields={"code": [words % {"code": above}]})
    if own:
        code = _of_others(own, code)
    if not GridCode.objects.filter(pk=code).exists():
        return
    if Grid.objects.filter(code=code).exists():
        raise Conflict(_("The code %(code)s is taken.") % {"code": code})
    words = _("The code %(code)s belonged to another grid and is never given again.")
    raise Conflict(words % {"code": code})
