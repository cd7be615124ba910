"""Private with their category, where the time to close runs from, codes of those who join."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import governance.core.ids
from governance.core.migration_operations import together

# What is open already: at the desk the time runs from the beginning, given out from the deadline.
FILL = """
UPDATE requests_hub_request AS r SET close_from_at = submitted_at, close_limit = coalesce((
  SELECT i.data ->> 'limit' FROM core_dictionaryitem AS i
  JOIN core_dictionary AS d ON d.id = i.dictionary_id
  WHERE d.code = 'deadline_rules' AND i.code = 'close'), '10d')
WHERE state IN ('submitted', 'accepted', 'verify') AND round = 1 AND urgency <> 'emergency'
  AND close_due_at IS NOT NULL;
UPDATE requests_hub_request AS r SET close_from_at = due_at, close_limit = coalesce((
  SELECT i.data ->> 'limit' FROM core_dictionaryitem AS i
  JOIN core_dictionary AS d ON d.id = i.dictionary_id
  WHERE d.code = 'deadline_rules' AND i.code = 'check'), '2d')
WHERE state IN ('dispatched', 'signed', 'handling', 'whistled')
  AND due_at IS NOT NULL AND close_due_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_redactions_taken_back"),
        ("requests_hub", "0029_rework_of_emergencies"),
    ]

    operations = [
        migrations.CreateModel(
            name="CategoryFlag",
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
                ("is_sensitive", models.BooleanField(verbose_name="sensitive")),
                ("was_sensitive", models.BooleanField(verbose_name="sensitive before")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("hiding", "being done"),
                            ("done", "done"),
                            ("showing", "being undone"),
                            ("undone", "undone"),
                        ],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("after_id", models.BigIntegerField(default=0)),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="when"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.dictionaryitem",
                        verbose_name="category",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sensitive category",
                "verbose_name_plural": "sensitive categories",
            },
        ),
        migrations.CreateModel(
            name="FlaggedRequest",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="flagged",
                        serialize=False,
                        to="requests_hub.request",
                    ),
                ),
                (
                    "flag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="requests_hub.categoryflag",
                    ),
                ),
            ],
            options={
                "verbose_name": "request made private with its category",
                "verbose_name_plural": "requests made private with their category",
            },
        ),
        migrations.AddField(
            model_name="request",
            name="close_from_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="time to close runs from"
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="close_limit",
            field=models.CharField(
                blank=True, db_default="", max_length=16, verbose_name="time to close"
            ),
        ),
        migrations.AddField(
            model_name="supporter",
            name="follow_code",
            field=models.CharField(
                blank=True, db_default="", max_length=10, verbose_name="follow-up code"
            ),
        ),
        migrations.AddConstraint(
            model_name="supporter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("follow_code", ""), _negated=True),
                fields=("follow_code",),
                name="requests_hub_supporter_follow_code",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

    operations = together(operations)
