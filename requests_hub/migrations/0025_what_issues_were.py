"""Which issue a request belonged to and what issues were called, kept by triggers from now on."""

import pgtrigger.compiler
from django.db import migrations, models

import governance.core.migration_operations
from governance.core.migration_operations import together

NOW = """
INSERT INTO requests_hub_issuemember (request_id, issue_id, at)
SELECT request_id, issue_id, now() FROM requests_hub_likeness WHERE issue_id IS NOT NULL;
INSERT INTO requests_hub_issuename (issue_id, title, at)
SELECT id, title, now() FROM requests_hub_hotissue;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("requests_hub", "0024_every_wait_has_a_moment"),
    ]

    operations = [
        migrations.CreateModel(
            name="IssueMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("request_id", models.BigIntegerField()),
                ("issue_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(verbose_name="from")),
            ],
            options={
                "verbose_name": "former member of an issue",
                "verbose_name_plural": "former members of issues",
                "indexes": [
                    models.Index(fields=["request_id", "-id"], name="hub_issue_member")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("issue_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("at", models.DateTimeField(verbose_name="from")),
            ],
            options={
                "verbose_name": "former title of an issue",
                "verbose_name_plural": "former titles of issues",
                "indexes": [
                    models.Index(fields=["issue_id", "-id"], name="hub_issue_name")
                ],
            },
        ),
        governance.core.migration_operations.AddTriggers(
            triggers=[
                (
                    "hotissue",
                    pgtrigger.compiler.Trigger(
                        name="keeps_names",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF TG_OP = 'INSERT' OR OLD.title <> NEW.title THEN INSERT INTO requests_hub_issuename (issue_id, title, at) VALUES (NEW.id, NEW.title, clock_timestamp()); END IF; RETURN NULL;",
                            hash="a7be2eb5f73b29348f8e78890bb28a511f278510",
                            operation='INSERT OR UPDATE OF "title"',
                            pgid="pgtrigger_keeps_names_cc9cc",
                            table="requests_hub_hotissue",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "likeness",
                    pgtrigger.compiler.Trigger(
                        name="keeps_members",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE was bigint; now_ bigint; whose bigint;",
                            func="IF TG_OP <> 'INSERT' THEN was := OLD.issue_id; whose := OLD.request_id; END IF; IF TG_OP <> 'DELETE' THEN now_ := NEW.issue_id; whose := NEW.request_id; END IF; IF was IS DISTINCT FROM now_ THEN INSERT INTO requests_hub_issuemember (request_id, issue_id, at) VALUES (whose, now_, clock_timestamp()); END IF; RETURN NULL;",
                            hash="7daceec7806b67b933f8ed565398f423a196e64f",
                            operation='INSERT OR UPDATE OF "issue_id" OR DELETE',
                            pgid="pgtrigger_keeps_members_8cb04",
                            table="requests_hub_likeness",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "issuemember",
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2d4ea40ec9d01e40dd8eb35f437fefdf38387c1e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_cf89e",
                            table="requests_hub_issuemember",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "issuename",
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="10824cff81d576ab2f56868fe88de0a764242261",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_642ee",
                            table="requests_hub_issuename",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
        migrations.RunSQL(NOW, migrations.RunSQL.noop),
    ]

    operations = together(operations)
