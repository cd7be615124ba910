"""The lists of the organisation net and the support net, as proposals."""

from itertools import chain

from django.db import migrations

from governance.core import seeds
from grids.seeds import nets, party, persons, sites, sixdata, support


def load(apps, schema_editor):
    topics = (nets, party, support, sixdata, sites, persons)
    seeds.put(apps, chain.from_iterable(topic.dictionaries() for topic in topics))


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0005_organisation_and_support"),
        ("core", "0004_seed_calendar"),
    ]
    operations = [
        migrations.RunSQL(
            "INSERT INTO grids_gridcode (code, grid_id) SELECT code, id FROM grids_grid"
            " ON CONFLICT (code) DO NOTHING",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
