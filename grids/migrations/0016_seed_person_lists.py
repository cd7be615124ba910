"""The code lists of persons and households, as proposals."""

from typing import Any

from django.db import migrations

from governance.core import seeds
from grids.seeds import persons


def fill(apps: Any, _editor: Any) -> None:
    seeds.put(apps, persons.dictionaries())


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0015_persons_households_care"),
        ("core", "0004_seed_calendar"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
