"""Lists that an app brings along, as proposals that administrators edit.

An app offers `<app>.seeds.dictionaries()`; `manage.py load_dictionaries` puts what is missing in
place, and a migration calls `put()` so that a fresh database has them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps as installed

from governance.core.dictionary_import import Entry


@dataclass(frozen=True)
class Seed:
    """One list with its names. `note` says where it comes from or how it is used."""

    code: str
    label_zh: str
    label_en: str
    entries: list[Entry]
    note: str = ""


def entries(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    """Entries in this order from (code, Chinese, English) and, if wanted, settings."""
    return [
        Entry(code, zh, en, order=n * 10, data=dict(*rest))
        for n, (code, zh, en, *rest) in enumerate(rows, 1)
    ]


def every() -> Iterator[Seed]:
    """The lists of all apps."""
    for config in installed.get_app_configs():
        name = f"{config.name}.seeds"
        if find_spec(name) and hasattr(import_module(name), "dictionaries"):
            yield from import_module(name).dictionaries()


def put(apps: Any, seeds: Iterable[Seed]) -> None:
    """Add what a database lacks, inside a migration; `apps` is the migration's registry."""
    lists = apps.get_model("core", "Dictionary")
    items = apps.get_model("core", "DictionaryItem")
    for seed in seeds:
        names = {"label_zh": seed.label_zh, "label_en": seed.label_en}
        row, _made = lists.objects.get_or_create(
            code=seed.code, defaults={**names, "note": seed.note}
        )
        have = {item.code: item for item in row.items.all()}
        for entry in seed.entries:
            if entry.code not in have:
                have[entry.code] = items.objects.create(
                    dictionary=row,
                    code=entry.code,
                    parent=have.get(entry.parent),
                    label_zh=entry.label_zh,
                    label_en=entry.label_en,
                    icon=entry.icon,
                    order=entry.order,
                    data=entry.data,
                )
