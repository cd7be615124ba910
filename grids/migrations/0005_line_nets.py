"""Nets of work lines, their mappings to the integrated grids, duties of the lines."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import governance.core.ids
from governance.core import seeds
from grids.seeds import nets


def seed(apps, schema_editor):
    seeds.put(apps, nets.dictionaries())


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_seed_calendar"),
        ("grids", "0004_check_new_grids_by_statement"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LineGrid",
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
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "provenance",
                    models.JSONField(blank=True, default=dict, editable=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated"
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="ended on"),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                ("code", models.CharField(max_length=40, verbose_name="own code")),
                ("name", models.CharField(max_length=80, verbose_name="own name")),
                (
                    "parent_code",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="code above"
                    ),
                ),
                (
                    "parent_name",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="name above"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                (
                    "leader_name",
                    models.CharField(blank=True, max_length=40, verbose_name="leader"),
                ),
                (
                    "batch",
                    models.CharField(blank=True, max_length=40, verbose_name="list"),
                ),
                (
                    "missing_since",
                    models.DateField(
                        blank=True, null=True, verbose_name="not listed since"
                    ),
                ),
                (
                    "desk",
                    models.CharField(
                        choices=[
                            ("clear", "to confirm"),
                            ("unmatched", "unmatched"),
                            ("overlapping", "overlapping"),
                            ("doubled", "doubly mapped"),
                            ("contested", "contested"),
                            ("changed", "changed since"),
                            ("confirmed", "mapped"),
                        ],
                        default="unmatched",
                        max_length=12,
                        verbose_name="review",
                    ),
                ),
                ("top_score", models.FloatField(default=0, verbose_name="best score")),
                (
                    "findings",
                    models.JSONField(default=list, verbose_name="why it is there"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "verbose_name": "grid of a work line",
                "verbose_name_plural": "grids of work lines",
            },
        ),
        migrations.CreateModel(
            name="LineDuty",
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
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "provenance",
                    models.JSONField(blank=True, default=dict, editable=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated"
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="ended on"),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                (
                    "area_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rural", "rural"),
                            ("community", "community"),
                            ("industrial", "industrial enterprise"),
                        ],
                        max_length=10,
                        verbose_name="area type",
                    ),
                ),
                ("what", models.CharField(max_length=120, verbose_name="duty")),
                (
                    "rule",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="how often"
                    ),
                ),
                (
                    "day_rule",
                    models.CharField(
                        choices=[
                            ("any", "also on days off"),
                            ("next", "next working day"),
                            ("previous", "working day before"),
                            ("skip", "left out on days off"),
                        ],
                        default="next",
                        max_length=8,
                        verbose_name="on days off",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("township", "township staff"),
                            ("grid_leader", "grid leader"),
                            ("grid_worker", "grid worker"),
                            ("liaison", "liaison"),
                            ("officer", "department officer"),
                            ("good_person", "good person"),
                        ],
                        max_length=12,
                        verbose_name="done by",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(blank=True, null=True, verbose_name="from"),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty of a work line",
                "verbose_name_plural": "duties of work lines",
            },
        ),
        migrations.CreateModel(
            name="LineDutyEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=False,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated"
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="ended on"),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                (
                    "area_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rural", "rural"),
                            ("community", "community"),
                            ("industrial", "industrial enterprise"),
                        ],
                        max_length=10,
                        verbose_name="area type",
                    ),
                ),
                ("what", models.CharField(max_length=120, verbose_name="duty")),
                (
                    "rule",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="how often"
                    ),
                ),
                (
                    "day_rule",
                    models.CharField(
                        choices=[
                            ("any", "also on days off"),
                            ("next", "next working day"),
                            ("previous", "working day before"),
                            ("skip", "left out on days off"),
                        ],
                        default="next",
                        max_length=8,
                        verbose_name="on days off",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("township", "township staff"),
                            ("grid_leader", "grid leader"),
                            ("grid_worker", "grid worker"),
                            ("liaison", "liaison"),
                            ("officer", "department officer"),
                            ("good_person", "good person"),
                        ],
                        max_length=12,
                        verbose_name="done by",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(blank=True, null=True, verbose_name="from"),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="grids.lineduty",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LineShape",
            fields=[
                (
                    "line_grid",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shape",
                        serialize=False,
                        to="grids.linegrid",
                    ),
                ),
                ("geometry", models.JSONField(verbose_name="polygon")),
                ("min_lon", models.FloatField(editable=False)),
                ("min_lat", models.FloatField(editable=False)),
                ("max_lon", models.FloatField(editable=False)),
                ("max_lat", models.FloatField(editable=False)),
            ],
            options={
                "verbose_name": "polygon of a work line",
                "verbose_name_plural": "polygons of work lines",
            },
        ),
        migrations.CreateModel(
            name="LineGridEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=False,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated"
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="ended on"),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                ("code", models.CharField(max_length=40, verbose_name="own code")),
                ("name", models.CharField(max_length=80, verbose_name="own name")),
                (
                    "parent_code",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="code above"
                    ),
                ),
                (
                    "parent_name",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="name above"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                (
                    "leader_name",
                    models.CharField(blank=True, max_length=40, verbose_name="leader"),
                ),
                (
                    "batch",
                    models.CharField(blank=True, max_length=40, verbose_name="list"),
                ),
                (
                    "missing_since",
                    models.DateField(
                        blank=True, null=True, verbose_name="not listed since"
                    ),
                ),
                (
                    "desk",
                    models.CharField(
                        choices=[
                            ("clear", "to confirm"),
                            ("unmatched", "unmatched"),
                            ("overlapping", "overlapping"),
                            ("doubled", "doubly mapped"),
                            ("contested", "contested"),
                            ("changed", "changed since"),
                            ("confirmed", "mapped"),
                        ],
                        default="unmatched",
                        max_length=12,
                        verbose_name="review",
                    ),
                ),
                ("top_score", models.FloatField(default=0, verbose_name="best score")),
                (
                    "findings",
                    models.JSONField(default=list, verbose_name="why it is there"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="grids.linegrid",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LineList",
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
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("rows", models.JSONField(default=dict)),
                ("same", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "to look at"),
                            ("applied", "taken over"),
                            ("dropped", "dropped"),
                        ],
                        default="staged",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "verbose_name": "list of a work line",
                "verbose_name_plural": "lists of work lines",
            },
        ),
        migrations.CreateModel(
            name="LineMapping",
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
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                ("own_code", models.CharField(max_length=40, verbose_name="own code")),
                ("own_name", models.CharField(max_length=80, verbose_name="own name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exact", "the same area"),
                            ("part", "part of the grid"),
                            ("contains", "contains the grid"),
                            ("overlaps", "overlaps the grid"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("code", "by code"),
                            ("name", "by name"),
                            ("area", "by area"),
                            ("manual", "by hand"),
                        ],
                        max_length=8,
                        verbose_name="found",
                    ),
                ),
                ("score", models.FloatField(default=0, verbose_name="score")),
                (
                    "share_of_line",
                    models.FloatField(
                        null=True, verbose_name="share of the line's grid"
                    ),
                ),
                (
                    "share_of_grid",
                    models.FloatField(null=True, verbose_name="share of the grid"),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("rejected", "rejected"),
                            ("ended", "no longer"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "recheck",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="to look at again"
                    ),
                ),
                (
                    "decided_label",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="decided by"
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note"),
                ),
                (
                    "found_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="found on"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line_mappings",
                        to="grids.grid",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "line_grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mappings",
                        to="grids.linegrid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "verbose_name": "mapping of a line grid",
                "verbose_name_plural": "mappings of line grids",
            },
        ),
        migrations.CreateModel(
            name="LineMappingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=False,
                        serialize=False,
                    ),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                ("own_code", models.CharField(max_length=40, verbose_name="own code")),
                ("own_name", models.CharField(max_length=80, verbose_name="own name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exact", "the same area"),
                            ("part", "part of the grid"),
                            ("contains", "contains the grid"),
                            ("overlaps", "overlaps the grid"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("code", "by code"),
                            ("name", "by name"),
                            ("area", "by area"),
                            ("manual", "by hand"),
                        ],
                        max_length=8,
                        verbose_name="found",
                    ),
                ),
                ("score", models.FloatField(default=0, verbose_name="score")),
                (
                    "share_of_line",
                    models.FloatField(
                        null=True, verbose_name="share of the line's grid"
                    ),
                ),
                (
                    "share_of_grid",
                    models.FloatField(null=True, verbose_name="share of the grid"),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("rejected", "rejected"),
                            ("ended", "no longer"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "recheck",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="to look at again"
                    ),
                ),
                (
                    "decided_label",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="decided by"
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note"),
                ),
                (
                    "found_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="found on"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "line_grid",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.linegrid",
                    ),
                ),
                (
                    "medium",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "micro",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="grids.linemapping",
                    ),
                ),
                (
                    "small",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MatchRun",
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
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("asked_label", models.CharField(blank=True, max_length=80)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "large",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.grid",
                    ),
                ),
            ],
            options={
                "verbose_name": "matching",
                "verbose_name_plural": "matchings",
            },
        ),
        migrations.CreateModel(
            name="WorkLine",
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
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        default="small",
                        max_length=8,
                        verbose_name="level its grids fit",
                    ),
                ),
                (
                    "sure_from",
                    models.FloatField(
                        default=0.8, verbose_name="clear from this score"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "lead_department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_lines",
                        to="grids.department",
                        verbose_name="lead department",
                    ),
                ),
            ],
            options={
                "verbose_name": "work line",
                "verbose_name_plural": "work lines",
            },
        ),
        migrations.CreateModel(
            name="WorkLineEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    governance.core.ids.TimeOrderedIdField(
                        db_default=governance.core.ids.NextId(),
                        editable=False,
                        primary_key=False,
                        serialize=False,
                    ),
                ),
                ("line", models.CharField(max_length=60, verbose_name="work line")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("large", "large grid (town or street)"),
                            ("medium", "medium grid (village or community)"),
                            ("small", "small grid"),
                            ("micro", "micro grid"),
                        ],
                        default="small",
                        max_length=8,
                        verbose_name="level its grids fit",
                    ),
                ),
                (
                    "sure_from",
                    models.FloatField(
                        default=0.8, verbose_name="clear from this score"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.district",
                    ),
                ),
                (
                    "lead_department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grids.department",
                        verbose_name="lead department",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="grids.workline",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="lineduty",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("district", "line", "level", "area_type", "what"),
                name="grids_lineduty_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineduty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="grids_lineduty_dates",
                violation_error_message="It ends before it begins.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineduty",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."area_type" IS DISTINCT FROM (NEW."area_type") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."day_rule" IS DISTINCT FROM (NEW."day_rule") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."ended_on" IS DISTINCT FROM (NEW."ended_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."large_id" IS DISTINCT FROM (NEW."large_id") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."medium_id" IS DISTINCT FROM (NEW."medium_id") OR OLD."micro_id" IS DISTINCT FROM (NEW."micro_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."small_id" IS DISTINCT FROM (NEW."small_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."what" IS DISTINCT FROM (NEW."what"))',
                    func='INSERT INTO "grids_linedutyevent" ("area_type", "created_at", "day_rule", "district_id", "ended_on", "ends_on", "id", "large_id", "level", "line", "medium_id", "micro_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "rule", "small_id", "starts_on", "updated_at", "version", "what") VALUES (OLD."area_type", OLD."created_at", OLD."day_rule", OLD."district_id", OLD."ended_on", OLD."ends_on", OLD."id", OLD."large_id", OLD."level", OLD."line", OLD."medium_id", OLD."micro_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."role", OLD."rule", OLD."small_id", OLD."starts_on", OLD."updated_at", OLD."version", OLD."what"); RETURN NULL;',
                    hash="3f82b10a34a6aaa08888c16144a727935df34d12",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_20681",
                    table="grids_lineduty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineduty",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grids_linedutyevent" ("area_type", "created_at", "day_rule", "district_id", "ended_on", "ends_on", "id", "large_id", "level", "line", "medium_id", "micro_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "rule", "small_id", "starts_on", "updated_at", "version", "what") VALUES (OLD."area_type", OLD."created_at", OLD."day_rule", OLD."district_id", OLD."ended_on", OLD."ends_on", OLD."id", OLD."large_id", OLD."level", OLD."line", OLD."medium_id", OLD."micro_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."rule", OLD."small_id", OLD."starts_on", OLD."updated_at", OLD."version", OLD."what"); RETURN NULL;',
                    hash="8a6c870d19c142b44649c742c8b1c74a127cf278",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6b0c7",
                    table="grids_lineduty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linedutyevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0627d3af6fd709616cdf91c9425f6989e6f682fd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7d385",
                    table="grids_linedutyevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["district", "-id"],
                name="grids_linegrid_district",
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["large", "-id"],
                name="grids_linegrid_large",
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["medium", "-id"],
                name="grids_linegrid_medium",
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["small", "-id"],
                name="grids_linegrid_small",
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["micro", "-id"],
                name="grids_linegrid_micro",
            ),
        ),
        migrations.AddIndex(
            model_name="linegrid",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["district", "line", "desk", "-id"],
                name="grids_linegrid_desk",
            ),
        ),
        migrations.AddConstraint(
            model_name="linegrid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("district", "line", "code"),
                name="grids_linegrid_own_code",
                violation_error_message="The line already has this code.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linegrid",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."batch" IS DISTINCT FROM (NEW."batch") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."desk" IS DISTINCT FROM (NEW."desk") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."ended_on" IS DISTINCT FROM (NEW."ended_on") OR OLD."findings" IS DISTINCT FROM (NEW."findings") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."large_id" IS DISTINCT FROM (NEW."large_id") OR OLD."leader_name" IS DISTINCT FROM (NEW."leader_name") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."medium_id" IS DISTINCT FROM (NEW."medium_id") OR OLD."micro_id" IS DISTINCT FROM (NEW."micro_id") OR OLD."missing_since" IS DISTINCT FROM (NEW."missing_since") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."parent_code" IS DISTINCT FROM (NEW."parent_code") OR OLD."parent_name" IS DISTINCT FROM (NEW."parent_name") OR OLD."small_id" IS DISTINCT FROM (NEW."small_id") OR OLD."top_score" IS DISTINCT FROM (NEW."top_score") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func='INSERT INTO "grids_linegridevent" ("batch", "code", "created_at", "desk", "district_id", "ended_on", "findings", "id", "large_id", "leader_name", "level", "line", "medium_id", "micro_id", "missing_since", "name", "parent_code", "parent_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "small_id", "top_score", "updated_at", "version") VALUES (OLD."batch", OLD."code", OLD."created_at", OLD."desk", OLD."district_id", OLD."ended_on", OLD."findings", OLD."id", OLD."large_id", OLD."leader_name", OLD."level", OLD."line", OLD."medium_id", OLD."micro_id", OLD."missing_since", OLD."name", OLD."parent_code", OLD."parent_name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."small_id", OLD."top_score", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="521c9e1eef8dfe83a8b70263eb147adb104bd3d0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6fac4",
                    table="grids_linegrid",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linegrid",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grids_linegridevent" ("batch", "code", "created_at", "desk", "district_id", "ended_on", "findings", "id", "large_id", "leader_name", "level", "line", "medium_id", "micro_id", "missing_since", "name", "parent_code", "parent_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "small_id", "top_score", "updated_at", "version") VALUES (OLD."batch", OLD."code", OLD."created_at", OLD."desk", OLD."district_id", OLD."ended_on", OLD."findings", OLD."id", OLD."large_id", OLD."leader_name", OLD."level", OLD."line", OLD."medium_id", OLD."micro_id", OLD."missing_since", OLD."name", OLD."parent_code", OLD."parent_name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."small_id", OLD."top_score", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="10e14bc19885d178ba04f65747c27787cab8c794",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9146d",
                    table="grids_linegrid",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linegridevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dd76a52e1cd61c287ae7357c26e550bb388918cf",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ee963",
                    table="grids_linegridevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(fields=["grid", "state"], name="grids_linemapping_grid"),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(
                fields=["district", "line", "state"], name="grids_linemapping_line"
            ),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(
                fields=["large", "state"], name="grids_linemapping_large"
            ),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(
                fields=["medium", "state"], name="grids_linemapping_medium"
            ),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(
                fields=["small", "state"], name="grids_linemapping_small"
            ),
        ),
        migrations.AddIndex(
            model_name="linemapping",
            index=models.Index(
                fields=["micro", "state"], name="grids_linemapping_micro"
            ),
        ),
        migrations.AddConstraint(
            model_name="linemapping",
            constraint=models.UniqueConstraint(
                fields=("line_grid", "grid"), name="grids_linemapping_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="linemapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)),
                name="grids_linemapping_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="linemapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    ("decided_at__isnull", False),
                    _connector="OR",
                ),
                name="grids_linemapping_decided",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linemapping",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grids_linemappingevent" ("decided_at", "decided_by_id", "decided_label", "district_id", "found_at", "grid_id", "id", "kind", "large_id", "line", "line_grid_id", "medium_id", "method", "micro_id", "note", "own_code", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "recheck", "score", "share_of_grid", "share_of_line", "small_id", "state") VALUES (OLD."decided_at", OLD."decided_by_id", OLD."decided_label", OLD."district_id", OLD."found_at", OLD."grid_id", OLD."id", OLD."kind", OLD."large_id", OLD."line", OLD."line_grid_id", OLD."medium_id", OLD."method", OLD."micro_id", OLD."note", OLD."own_code", OLD."own_name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."reasons", OLD."recheck", OLD."score", OLD."share_of_grid", OLD."share_of_line", OLD."small_id", OLD."state"); RETURN NULL;',
                    hash="620461007ae2357fe5fae32a58fa49791a4068ce",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7824e",
                    table="grids_linemapping",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linemapping",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grids_linemappingevent" ("decided_at", "decided_by_id", "decided_label", "district_id", "found_at", "grid_id", "id", "kind", "large_id", "line", "line_grid_id", "medium_id", "method", "micro_id", "note", "own_code", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "recheck", "score", "share_of_grid", "share_of_line", "small_id", "state") VALUES (OLD."decided_at", OLD."decided_by_id", OLD."decided_label", OLD."district_id", OLD."found_at", OLD."grid_id", OLD."id", OLD."kind", OLD."large_id", OLD."line", OLD."line_grid_id", OLD."medium_id", OLD."method", OLD."micro_id", OLD."note", OLD."own_code", OLD."own_name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reasons", OLD."recheck", OLD."score", OLD."share_of_grid", OLD."share_of_line", OLD."small_id", OLD."state"); RETURN NULL;',
                    hash="4eeb48cafae7274c6b16925d3c7e096c65b67908",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c30db",
                    table="grids_linemapping",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linemappingevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f83ced95ef84eb2ae363db9a20806716cce727e9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_dd89f",
                    table="grids_linemappingevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "done"), _negated=True),
                fields=("district", "line"),
                name="grids_matchrun_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="workline",
            constraint=models.UniqueConstraint(
                fields=("district", "line"), name="grids_workline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="workline",
            constraint=models.CheckConstraint(
                condition=models.Q(("sure_from__gte", 0.5), ("sure_from__lte", 1)),
                name="grids_workline_sure_from",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "grids_worklineevent" ("district_id", "id", "lead_department_id", "level", "line", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sure_from", "version") VALUES (OLD."district_id", OLD."id", OLD."lead_department_id", OLD."level", OLD."line", OLD."note", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."sure_from", OLD."version"); RETURN NULL;',
                    hash="cd9ec6bf8715b01c0e43bb85320dc78f5f27956f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4e5dc",
                    table="grids_workline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "grids_worklineevent" ("district_id", "id", "lead_department_id", "level", "line", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sure_from", "version") VALUES (OLD."district_id", OLD."id", OLD."lead_department_id", OLD."level", OLD."line", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sure_from", OLD."version"); RETURN NULL;',
                    hash="4e563e015b2031f9854f96fa21126115e777c86c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_90872",
                    table="grids_workline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="worklineevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e77cddbc9e2705e48d4cedff9bc885f54a50b493",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_50c63",
                    table="grids_worklineevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop, elidable=True),
    ]
