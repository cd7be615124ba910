"""The trees have one index: (tree_id, lft).

By hand, because AlterField drops every index of the column alone, the unique one of roots too.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grids", "0009_reopened_pairs")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX grids_grid_tree_id_335235f3",
            "CREATE INDEX grids_grid_tree_id_335235f3 ON grids_grid (tree_id)",
            state_operations=[
                migrations.AlterField(
                    model_name="grid",
                    name="tree_id",
                    field=models.PositiveIntegerField(editable=False),
                ),
            ],
        ),
    ]
