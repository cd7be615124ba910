"""The page of sensitive categories: which there are, and what was decided about them."""

from collections import Counter
from typing import Any

from django.db.models import Count

from governance.core import dictionaries
from governance.core.models import DictionaryItem, User
from requests_hub.actions import sensitive as actions
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryFlag

SHOWN = 30


def flagged() -> list[DictionaryItem]:
    """The categories that carry the flag themselves."""
    rows = dictionaries.items(CATEGORIES, active=False)
    return [row for row in rows if row.data.get(actions.FLAG)]


def page(user: User) -> dict[str, Any]:
    """The categories in force with what is still public of them, and the last decisions."""
    entries, last = flagged(), _last()
    public = _public(entries)
    decisions = _decisions()
    return {
        "rows": [
            {
                "entry": entry,
                "path": dictionaries.path_label(entry),
                "public": public[entry.pk],
                "last": last.get(entry.pk),
            }
            for entry in entries
        ],
        "decisions": decisions,
        "is_going": any(line["row"].is_going_on for line in decisions),
        "may_keep": actions.may_keep(user),
    }


def _public(entries: list[DictionaryItem]) -> Counter[int]:
    """How many requests of each, and of what is below it, are public; one statement."""
    found = actions.public_ones(entries).values_list("category_id")
    public: Counter[int] = Counter()
    for pk, n in found.annotate(n=Count("pk")).order_by():
        entry = dictionaries.by_id(pk)
        for step in dictionaries.path(entry) if entry else ():
            public[step.pk] += n
    return public


def _last() -> dict[int, CategoryFlag]:
    rows = CategoryFlag.objects.exclude(state=CategoryFlag.State.UNDONE)
    rows = rows.order_by("category_id", "-pk").distinct("category_id")
    return {row.category_id: row for row in rows.select_related("by")}


def _decisions() -> list[dict[str, Any]]:
    """The last ones, each with whether it can be undone."""
    rows = CategoryFlag.objects.select_related("by", "undone_by").order_by("-pk")
    newest: set[int] = set()
    lines = []
    for row in rows[:SHOWN]:
        is_newest = row.category_id not in newest
        if row.state != CategoryFlag.State.UNDONE:
            newest.add(row.category_id)
        entry = dictionaries.by_id(row.category_id) or row.category
        can_undo = is_newest and row.state == CategoryFlag.State.DONE
        lines.append(
            {"row": row, "path": dictionaries.path_label(entry), "can_undo": can_undo}
        )
    return lines
