"""The lists that administrators edit, as each process knows them (at most a minute old).

Entries come as `DictionaryItem` rows that are shared between calls: read them, never save them.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from governance.core.models import DictionaryItem
from governance.core.reference import Copy


@dataclass(frozen=True)
class Lists:
    """Every entry, by the code of its list, by (list, code) and by id."""

    by_list: dict[str, list[DictionaryItem]] = field(default_factory=dict)
    by_code: dict[tuple[str, str], DictionaryItem] = field(default_factory=dict)
    by_id: dict[int, DictionaryItem] = field(default_factory=dict)


def _load() -> Lists:
    by_list: dict[str, list[DictionaryItem]] = defaultdict(list)
    by_code, by_id = {}, {}
    rows = DictionaryItem.objects.select_related("dictionary").order_by("order", "id")
    for row in rows:
        by_list[row.dictionary.code].append(row)
        by_code[row.dictionary.code, row.code] = row
        by_id[row.pk] = row
    return Lists(dict(by_list), by_code, by_id)


_copy = Copy("dictionaries", _load, Lists())
forget = _copy.forget


def items(code: str, *, active: bool = True) -> list[DictionaryItem]:
    """Entries of one list in their order; those out of use only with `active=False`."""
    rows = _copy.get().by_list.get(code, [])
    return [row for row in rows if row.is_active or not active]


def item(code: str, item_code: str) -> DictionaryItem | None:
    """One entry by its code, also one out of use (old records keep it)."""
    return _copy.get().by_code.get((code, item_code))


def label(code: str, item_code: str) -> str:
    """The word of an entry; its code where the list does not have it."""
    found = item(code, item_code)
    return found.label if found else item_code


def by_id(pk: int | None) -> DictionaryItem | None:
    """One entry by id, without a query."""
    return None if pk is None else _copy.get().by_id.get(pk)


def children(code: str, parent: DictionaryItem | None = None) -> list[DictionaryItem]:
    """The entries in use one level below `parent`; the top level without it."""
    above = parent.pk if parent else None
    return [row for row in items(code) if row.parent_id == above]


def path(entry: DictionaryItem) -> list[DictionaryItem]:
    """The entry and what is above it, top first."""
    known, steps = _copy.get().by_id, [entry]
    while (above := steps[-1].parent_id) and above in known and len(steps) < 20:
        steps.append(known[above])
    return steps[::-1]


def path_label(entry: DictionaryItem, between: str = " › ") -> str:
    """The labels of the entry and of what is above it, top first: “A › B › C”."""
    return between.join(step.label for step in path(entry))


def choices(code: str) -> list[tuple[str, str]]:
    """(code, label) of the entries in use, for form fields."""
    return [(row.code, row.label) for row in items(code)]
