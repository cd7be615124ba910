"""A delivered file as headings and rows of text; a file that was cut off is refused."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.core import sheets
from governance.core.errors import Invalid

MOST_ROWS = 100_000


@dataclass(frozen=True)
class Line:
    """One row: its number as the sheet shows it, and its cells by heading."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    headings: list[str]
    lines: list[Line]


def read(data: bytes) -> Table:
    """The table in a CSV (UTF-8 or GB18030) or Excel file; empty rows are left out.

    Raises:
        Invalid: field "file": no table, two columns of one name, too long, or cut off.
    """
    rows = sheets.lines(data)
    first = next(rows, None)
    headings = _headings(first[1] if first else [])
    lines: list[Line] = []
    width, was_short = 0, False
    for number, cells in rows:
        if not any(cells):
            continue
        was_short = len(cells) < len(headings)
        width = max(width, len(cells))
        named = zip(headings, cells, strict=False)
        lines.append(Line(number, {name: cell for name, cell in named if name}))
        if len(lines) > MOST_ROWS:
            raise _refused(
                _("More than %(n)s rows; divide the file.") % {"n": MOST_ROWS}
            )
    is_cut = not data.startswith(b"PK") and not data.endswith((b"\n", b"\r"))
    if is_cut and was_short and width >= len(headings):
        raise _refused(
            _("The last row breaks off: the file did not arrive whole. Send it again.")
        )
    if not lines:
        raise _refused(_("The file has no rows."))
    return Table([name for name in headings if name], lines)


def _headings(cells: list[str]) -> list[str]:
    names = ["".join(cell.split()) for cell in cells]
    known = [name for name in names if name]
    if not known:
        raise _refused(_("The file is empty."))
    twice = next((name for name in known if known.count(name) > 1), "")
    if twice:
        words = _("Two columns are called “%(name)s”; rename one.")
        raise _refused(words % {"name": twice})
    return names


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})
