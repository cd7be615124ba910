"""Flag the sensitive categories, add what the published tree lacks; tell webhooks of more."""

from typing import Any

from django.db import migrations

from governance.core import seeds
from requests_hub.seeds import intake, loop


def flag(apps: Any, _editor: Any) -> None:
    """Only in a tree that is there already; what administrators have said of a category stays."""
    items = apps.get_model("core", "DictionaryItem").objects
    seeds.put(apps, intake.dictionaries())
    tree = items.filter(dictionary__code="request_category")
    if not tree.exists():
        return
    grown = {"request_category", "field_category"}
    seeds.put(apps, (seed for seed in loop.dictionaries() if seed.code in grown))
    for item in tree.filter(code__in=loop.PRIVATE_CATEGORIES):
        if "private" not in item.data:
            item.data = {**item.data, "private": True}
            item.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("requests_hub", "0027_requests_from_needs")]

    operations = [migrations.RunPython(flag, migrations.RunPython.noop)]
