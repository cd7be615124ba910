"""Fill a list of terms, from a seed or from an administrator's file."""

import re
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.dictionary_import import Entry
from governance.core.errors import Invalid
from governance.core.models import Dictionary, DictionaryItem

FIELDS = ["label_zh", "label_en", "icon", "order", "is_active", "data"]


def fill(
    code: str,
    entries: Sequence[Entry],
    *,
    label_zh: str = "",
    label_en: str = "",
    is_seed: bool = False,
    by: events.Actor = None,
) -> Dictionary:
    """Add the entries that a list lacks and, unless this is a seed, bring the others up to date.

    A seed marks what it adds as a proposal and leaves alone what is there, so that it can run
    again after administrators have edited. Entries not named stay: old records use them.
    Records `dictionary.filled` when anything changed.

    Raises:
        Invalid: with field "code", "parent" or "label_zh".
    """
    _check(code, entries)
    with transaction.atomic():
        dictionary, created = Dictionary.objects.select_for_update().get_or_create(
            code=code,
            defaults={
                "label_zh": label_zh or code,
                "label_en": label_en,
                "is_proposal": is_seed,
            },
        )
        have = {row.code: row for row in dictionary.items.all()}
        added = _add(dictionary, entries, have, is_seed=is_seed)
        changed = 0 if is_seed else _update(entries, have)
        if created or added or changed:
            data = {"code": code, "added": added, "changed": changed}
            events.record("dictionary.filled", dictionary, by, data)
            dictionaries.forget()
            transaction.on_commit(partial(dictionaries.forget))
    return dictionary


def _add(
    dictionary: Dictionary,
    entries: Sequence[Entry],
    have: dict[str, DictionaryItem],
    *,
    is_seed: bool,
) -> int:
    """Insert what is missing, level by level, so that each parent has its id."""
    waiting = [entry for entry in entries if entry.code not in have]
    count = len(waiting)
    while waiting:
        ready = [e for e in waiting if not e.parent or e.parent in have]
        if not ready:
            sentence = _("%(code)s has no entry above it.") % {"code": waiting[0].code}
            raise Invalid(sentence, fields={"parent": [sentence]})
        rows = DictionaryItem.objects.bulk_create(
            DictionaryItem(
                dictionary=dictionary,
                code=entry.code,
                parent=have.get(entry.parent),
                is_proposal=is_seed,
                **{name: getattr(entry, name) for name in FIELDS},
            )
            for entry in ready
        )
        have.update({row.code: row for row in rows})
        waiting = [entry for entry in waiting if entry.code not in have]
    return count


def _update(entries: Sequence[Entry], have: dict[str, DictionaryItem]) -> int:
    changed = []
    for entry in entries:
        row = have[entry.code]
        parent = have.get(entry.parent)
        wanted = {name: getattr(entry, name) for name in FIELDS}
        if row.parent_id != (parent.pk if parent else None) or any(
            getattr(row, name) != value for name, value in wanted.items()
        ):
            row.parent = parent
            row.is_proposal = False
            for name, value in wanted.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        DictionaryItem.objects.bulk_update(
            changed, [*FIELDS, "parent", "is_proposal"], batch_size=500
        )
    return len(changed)


def _check(code: str, entries: Sequence[Entry]) -> None:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", code):
        sentence = _("The code of a list has small letters, digits, _ and -.")
        raise Invalid(sentence, fields={"code": [sentence]})
    codes = [entry.code for entry in entries]
    twice = next((each for each in codes if codes.count(each) > 1), None)
    if twice:
        sentence = _("%(code)s is named twice.") % {"code": twice}
        raise Invalid(sentence, fields={"code": [sentence]})
