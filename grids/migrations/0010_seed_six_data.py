"""Kinds of places, objects, notes and organisations, as proposals."""

from django.db import migrations

from governance.core import seeds
from grids.seeds import sixdata


def load(apps, schema_editor):
    seeds.put(apps, sixdata.dictionaries())


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0009_six_data_and_feeds"),
        ("core", "0004_seed_calendar"),
    ]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
