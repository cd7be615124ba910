"""Kinds of sites, their services and access, as proposals."""

from django.db import migrations

from governance.core import seeds
from grids.seeds import sites


def load(apps, schema_editor):
    seeds.put(apps, sites.dictionaries())


class Migration(migrations.Migration):
    dependencies = [("grids", "0012_sites_and_circle"), ("core", "0004_seed_calendar")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
