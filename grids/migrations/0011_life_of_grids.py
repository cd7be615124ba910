import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import governance.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0010_seed_six_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GridChange",
            fields=[
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "created"),
                            ("renamed", "renamed"),
                            ("recoded", "re-coded"),
                            ("moved", "moved"),
                            ("split", "split"),
                            ("merged", "merged"),
                            ("retired", "retired"),
                            ("drawn", "boundary drawn"),
                            ("edited", "details changed"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("on", models.DateField(verbose_name="in force from")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
                ("by_label", models.CharField(blank=True, max_length=80)),
                ("before", models.JSONField(default=list)),
                ("after", models.JSONField(default=list)),
                ("effects", models.JSONField(default=list)),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="recorded"
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a grid",
                "verbose_name_plural": "changes of grids",
            },
        ),
        migrations.CreateModel(
            name="GridChangeSide",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="GridCode",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=17,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
            ],
            options={
                "verbose_name": "code once used",
                "verbose_name_plural": "codes once used",
            },
        ),
        migrations.CreateModel(
            name="GridPlan",
            fields=[
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "created"),
                            ("renamed", "renamed"),
                            ("recoded", "re-coded"),
                            ("moved", "moved"),
                            ("split", "split"),
                            ("merged", "merged"),
                            ("retired", "retired"),
                            ("drawn", "boundary drawn"),
                            ("edited", "details changed"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("data", models.JSONField(default=dict)),
                ("on", models.DateField(verbose_name="on the day")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="decided"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for its day"),
                            ("done", "carried out"),
                            ("refused", "not possible any more"),
                            ("cancelled", "cancelled"),
                        ],
                        default="waiting",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why not"
                    ),
                ),
            ],
            options={
                "verbose_name": "planned change of a grid",
                "verbose_name_plural": "planned changes of grids",
            },
        ),
        migrations.AddField(
            model_name="grid",
            name="heir",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Who took over what it had when it was retired.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grids.grid",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grid",
            trigger=pgtrigger.compiler.Trigger(
                name="new_codes_are_unused",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE bad text;",
                    func="\n                    INSERT INTO grids_gridcode (code, grid_id)\n                         SELECT code, id FROM fresh ON CONFLICT (code) DO NOTHING;\n                    SELECT n.code INTO bad FROM fresh n\n                      JOIN grids_gridcode used ON used.code = n.code\n                     WHERE used.grid_id <> n.id LIMIT 1;\n                    IF FOUND THEN\n                      RAISE EXCEPTION 'onegrid: code % was used by another grid', bad\n                        USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ",
                    hash="f0dc582f8cb3e564ef8b6705f79ac794a80b84e3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_codes_are_unused_e45ff",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="grids_grid",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grid",
            trigger=pgtrigger.compiler.Trigger(
                name="new_code_is_unused",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code"))',
                    func="\n                    INSERT INTO grids_gridcode (code, grid_id)\n                         VALUES (NEW.code, NEW.id) ON CONFLICT (code) DO NOTHING;\n                    PERFORM 1 FROM grids_gridcode\n                      WHERE code = NEW.code AND grid_id <> NEW.id;\n                    IF FOUND THEN\n                      RAISE EXCEPTION 'onegrid: code % was used by another grid',\n                        NEW.code USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ",
                    hash="f21fb1b39d4bcff58fc75ac8517240030f87d09c",
                    operation='UPDATE OF "code"',
                    pgid="pgtrigger_new_code_is_unused_d5b89",
                    table="grids_grid",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="gridchange",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="gridchange",
            name="district",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grids.district",
            ),
        ),
        migrations.AddField(
            model_name="gridchangeside",
            name="change",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sides",
                to="grids.gridchange",
            ),
        ),
        migrations.AddField(
            model_name="gridchangeside",
            name="grid",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grids.grid",
            ),
        ),
        migrations.AddField(
            model_name="gridchange",
            name="grids",
            field=models.ManyToManyField(
                related_name="changes", through="grids.GridChangeSide", to="grids.grid"
            ),
        ),
        migrations.AddField(
            model_name="gridcode",
            name="grid",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="codes",
                to="grids.grid",
            ),
        ),
        migrations.AddField(
            model_name="gridplan",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="gridplan",
            name="change",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grids.gridchange",
            ),
        ),
        migrations.AddField(
            model_name="gridplan",
            name="district",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grids.district",
            ),
        ),
        migrations.AddField(
            model_name="gridplan",
            name="grid",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plans",
                to="grids.grid",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridchangeside",
            constraint=models.UniqueConstraint(
                fields=("grid", "change"), name="grids_change_side_once"
            ),
        ),
        migrations.AddIndex(
            model_name="gridchange",
            index=models.Index(fields=["district", "-id"], name="grids_change_recent"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gridchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="591a28d27a50f82be655b42c33d62b64c9b987a8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_32f31",
                    table="grids_gridchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gridcode",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="11a6b131e0b2dd140096b94c344aef7666c6d5b2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_78dfe",
                    table="grids_gridcode",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="gridplan",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["on"],
                name="grids_plan_due",
            ),
        ),
        migrations.RunSQL(
            "INSERT INTO grids_gridcode (code, grid_id) SELECT code, id FROM grids_grid"
            " ON CONFLICT (code) DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
