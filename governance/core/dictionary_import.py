"""A list of terms from a CSV or Excel file."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.translation import gettext as _

from governance.core import sheets
from governance.core.errors import Invalid

COLUMNS = {
    "code": ("编码", "代码"),
    "parent": ("上级", "上级编码"),
    "label_zh": ("名称", "中文名称"),
    "label_en": ("英文名称",),
    "icon": ("图标",),
    "order": ("顺序", "序号"),
    "is_active": ("启用",),
    "data": ("设置",),
}
CODE = re.compile(r"[\w.-]{1,60}")
NO_WORDS = {"0", "no", "false", "否", "停用"}
LIMITS = {"label_zh": 80, "label_en": 120, "icon": 40}


@dataclass(frozen=True)
class Entry:
    """One entry as a file or a seed states it; `parent` is a code of the same list."""

    code: str
    label_zh: str
    label_en: str = ""
    parent: str = ""
    icon: str = ""
    order: int = 0
    is_active: bool = True
    data: dict[str, Any] = field(default_factory=dict)


def from_file(file: IO[bytes]) -> list[Entry]:
    """The entries in a file with at least the columns code and label_zh, in its order.

    Raises:
        Invalid: with field "file" naming every faulty row.
    """
    rows = sheets.read(file, COLUMNS, required=("code", "label_zh"))
    codes = {row.get("code") for row in rows}
    seen: dict[str, int] = {}
    errors: list[sheets.RowError] = []
    entries: list[Entry] = []
    for n, row in enumerate(rows, start=1):
        faults = list(_faults(row, codes, seen))
        errors.extend(faults)
        seen.setdefault(row.get("code"), row.number)
        if not faults:
            entries.append(_entry(row, n))
    if errors:
        raise sheets.refuse(errors)
    if not entries:
        sentence = _("The file has no rows.")
        raise Invalid(sentence, fields={"file": [sentence]})
    return entries


def from_levels(file: IO[bytes]) -> list[Entry]:
    """The entries of a three-level table: level1, level2, level3, code of six digits.

    The upper levels take the first two and four digits.

    Raises:
        Invalid: with field "file" naming every faulty row.
    """
    names = ("level1", "level2", "level3", "code")
    rows = sheets.read(file, dict.fromkeys(names, ()), required=names)
    labels: dict[str, str] = {}
    errors: list[sheets.RowError] = []
    entries: list[Entry] = []
    for row in rows:
        code = row.get("code")
        if not re.fullmatch(r"\d{6}", code) or code in labels:
            words = _("six digits, each code once")
            errors.append(sheets.RowError(row.number, "code", words))
            continue
        for column, part, parent in (
            ("level1", code[:2], ""),
            ("level2", code[:4], code[:2]),
            ("level3", code, code[:4]),
        ):
            label = row.get(column)
            if part not in labels:
                labels[part] = label
                entries.append(Entry(part, label, parent=parent, order=int(part)))
            if not label or labels[part] != label:
                words = _("%(code)s is already called %(label)s") % {
                    "code": part,
                    "label": labels[part],
                }
                errors.append(sheets.RowError(row.number, column, words))
    if errors:
        raise sheets.refuse(errors)
    return entries


def _faults(
    row: sheets.Row, codes: Iterable[str], seen: dict[str, int]
) -> Iterator[sheets.RowError]:
    code, parent = row.get("code"), row.get("parent")
    words: dict[str, str] = {}
    if not CODE.fullmatch(code):
        words["code"] = _("letters, digits, dot, dash; at most 60")
    elif code in seen:
        words["code"] = _("already in row %(row)s") % {"row": seen[code]}
    if parent and (parent not in codes or parent == code):
        words["parent"] = _("%(code)s is not in this file") % {"code": parent}
    elif parent and parent not in seen:
        words["parent"] = _("must stand above its entries")
    words |= _plain_faults(row)
    return (sheets.RowError(row.number, column, each) for column, each in words.items())


def _plain_faults(row: sheets.Row) -> dict[str, str]:
    """Faults that a cell has by itself."""
    words = {
        column: _("longer than %(n)s characters") % {"n": limit}
        for column, limit in LIMITS.items()
        if len(row.get(column)) > limit
    }
    if not row.get("label_zh"):
        words["label_zh"] = _("must not be empty")
    if row.get("order") and not re.fullmatch(r"\d{1,9}", row.get("order"), re.ASCII):
        words["order"] = _("not a whole number")
    if _data(row.get("data")) is None:
        words["data"] = _("not a JSON object")
    return words


def _data(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _entry(row: sheets.Row, n: int) -> Entry:
    return Entry(
        code=row.get("code"),
        label_zh=row.get("label_zh"),
        label_en=row.get("label_en"),
        parent=row.get("parent"),
        icon=row.get("icon"),
        order=int(row.get("order") or n * 10),
        is_active=row.get("is_active").lower() not in NO_WORDS,
        data=_data(row.get("data")) or {},
    )
