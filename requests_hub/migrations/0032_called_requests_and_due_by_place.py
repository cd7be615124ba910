"""Mark the requests that departments were called to; indexes for what waits, by place.

Each statement by itself, so that no lock lasts.
"""

from typing import Any

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from governance.core.migration_operations import together

BATCH = 10_000
NEXT = """
SELECT max(request_id) FROM (
  SELECT DISTINCT request_id FROM requests_hub_task
  WHERE department_id IS NOT NULL AND request_id > %s ORDER BY request_id LIMIT %s
) AS batch
"""
MARK = """
UPDATE requests_hub_request AS r SET is_called = TRUE
WHERE r.id > %s AND r.id <= %s AND NOT r.is_called AND EXISTS (
  SELECT 1 FROM requests_hub_task WHERE request_id = r.id AND department_id IS NOT NULL)
"""


def mark(_apps: Any, editor: Any) -> None:
    """In batches: a writer of a marked row waits for its own batch alone."""
    with editor.connection.cursor() as cursor:
        after = 0
        while True:
            cursor.execute(NEXT, [after, BATCH])
            last = cursor.fetchone()[0]
            if last is None:
                return
            cursor.execute(MARK, [after, last])
            after = last


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0007_redactions_taken_back"),
        ("grids", "0007_circle_misses"),
        ("requests_hub", "0031_history_and_batches_of_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="is_called",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                verbose_name="a department was called",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="stays_called",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT NEW."is_called" AND OLD."is_called")',
                    func="NEW.is_called := TRUE; RETURN NEW;",
                    hash="97c960a990daff6c127f5ed97efc9664b7f975a8",
                    operation='UPDATE OF "is_called"',
                    pgid="pgtrigger_stays_called_80cce",
                    table="requests_hub_request",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="calls_request",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."department_id" IS NOT NULL AND NEW."request_id" IS NOT NULL)',
                    func="\n        UPDATE requests_hub_request SET is_called = TRUE\n          WHERE id = NEW.request_id AND NOT is_called;\n        RETURN NULL;\n    ",
                    hash="1daeb514485499d8cf02fe6d190afc1453e5b941",
                    operation='INSERT OR UPDATE OF "request_id", "department_id"',
                    pgid="pgtrigger_calls_request_9c918",
                    table="requests_hub_task",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["district", "due_at"],
                include=("state",),
                name="hub_req_district_due",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["large", "due_at"],
                include=("state",),
                name="hub_req_large_due",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("is_called", True)),
                fields=["id"],
                name="hub_req_called",
            ),
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_department_open",
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "called",
                            "claimed",
                            "confirming",
                            "doing",
                            "handling",
                            "offered",
                            "planned",
                            "replied",
                            "reported_in",
                            "returned",
                            "ruling",
                        ],
                    )
                ),
                fields=["department", "due_at"],
                include=("id", "kind", "state", "report_in_due_at", "decision_due_at"),
                name="hub_task_department_open",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(
                    ("holder__isnull", True), ("kind", "grid"), ("state", "offered")
                ),
                fields=["grid"],
                name="hub_task_free",
            ),
        ),
    ]

    operations = together(operations)
