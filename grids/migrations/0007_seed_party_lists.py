"""The lists of the Party tree, as proposals."""

from django.db import migrations

from governance.core import seeds
from grids.seeds import party


def load(apps, schema_editor):
    seeds.put(apps, party.dictionaries())


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0006_party_tree_agreements"),
        ("core", "0004_seed_calendar"),
    ]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
