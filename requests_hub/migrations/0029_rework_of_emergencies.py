"""The limit of an emergency that is done again, for databases that were seeded before."""

from django.db import migrations

from governance.core import seeds
from requests_hub.seeds import loop


def put_rules(apps, schema_editor):
    """Add what the list of time limits has and the database lacks."""
    seeds.put(apps, [s for s in loop.dictionaries() if s.code == "deadline_rules"])


class Migration(migrations.Migration):
    dependencies = [("requests_hub", "0028_private_categories")]

    operations = [migrations.RunPython(put_rules, migrations.RunPython.noop)]
