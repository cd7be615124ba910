"""The time limits as a dictionary, for databases that were seeded before the list was there."""

from importlib import import_module

from django.db import migrations

seed = import_module("requests_hub.migrations.0003_seed_dictionaries")


class Migration(migrations.Migration):
    dependencies = [("requests_hub", "0003_seed_dictionaries")]
    operations = [
        migrations.RunPython(seed.load, migrations.RunPython.noop, elidable=True)
    ]
