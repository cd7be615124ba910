"""Whistles in full: returns, holds, extensions, plans, scores; what was let go says who and why."""

from importlib import import_module

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import governance.core.ids
import governance.core.migration_operations
from governance.core.migration_operations import together

seed = import_module("requests_hub.migrations.0003_seed_dictionaries")

# What the events already tell of tasks that were let go, and of whistles that are over.
LET_GO = """
UPDATE requests_hub_task t
   SET ended_by_id = w.blown_by_id, end_reason = '-'
  FROM requests_hub_whistle w
 WHERE t.whistle_id = w.id AND t.state = 'released' AND t.end_reason = '';
UPDATE requests_hub_task t
   SET ended_by_id = COALESCE(e.actor_id, t.ended_by_id),
       end_reason = COALESCE(NULLIF(e.data->>'note', ''), t.end_reason)
  FROM core_event e
 WHERE t.state = 'released' AND e.name = 'task.released' AND e.subject_id = t.id;
UPDATE requests_hub_whistle w
   SET state = 'complete',
       ended_at = (SELECT max(ended_at) FROM requests_hub_task WHERE whistle_id = w.id)
 WHERE NOT EXISTS (SELECT 1 FROM requests_hub_task t WHERE t.whistle_id = w.id
                   AND t.state NOT IN ('closed', 'released'));
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_register_imports_and_exports"),
        ("grids", "0007_circle_misses"),
        ("requests_hub", "0015_escalation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "amount",
                    models.CharField(max_length=16, verbose_name="how much more"),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("due_before_at", models.DateTimeField(verbose_name="due before")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extension",
                        to="requests_hub.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "extension",
                "verbose_name_plural": "extensions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_at__lte", models.F("due_before_at"))
                        ),
                        name="requests_hub_extension_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="requests_hub_extension_refused_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
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
                ("reason", models.TextField(verbose_name="reason")),
                ("began_at", models.DateTimeField(verbose_name="since")),
                (
                    "until_at",
                    models.DateTimeField(null=True, verbose_name="until at the latest"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ran again")),
                (
                    "began_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.dictionaryitem",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pauses",
                        to="requests_hub.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "time on hold",
                "verbose_name_plural": "times on hold",
                "ordering": ("began_at",),
                "indexes": [
                    models.Index(fields=["task", "began_at"], name="hub_pause_task")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("task",),
                        name="requests_hub_pause_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("began_at")),
                            _connector="OR",
                        ),
                        name="requests_hub_pause_forwards",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Return",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("reason", models.TextField(verbose_name="reason")),
                ("returned_at", models.DateTimeField(verbose_name="returned")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "being decided"),
                            ("sent_again", "sent again"),
                            ("let_go", "department let go"),
                            ("ruled", "ruled: it is theirs"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.dictionaryitem",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="requests_hub.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "return",
                "verbose_name_plural": "returns",
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "number"), name="requests_hub_return_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 2)),
                        name="requests_hub_return_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "open"),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="requests_hub_return_decided_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
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
                    "side",
                    models.CharField(
                        choices=[
                            ("desk", "the desk scores the department"),
                            ("department", "the department scores the call"),
                        ],
                        max_length=10,
                        verbose_name="side",
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                (
                    "given_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="requests_hub.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "score",
                "verbose_name_plural": "scores",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "side"), name="requests_hub_score_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
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
                ("points", models.PositiveSmallIntegerField(verbose_name="points")),
                (
                    "criterion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.dictionaryitem",
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="requests_hub.score",
                    ),
                ),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("score", "criterion"), name="requests_hub_mark_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points__gte", 1), ("points__lte", 5)),
                        name="requests_hub_mark_one_to_five",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="request",
            name="closes_complete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="whistle_task_step",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="look_again",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_district_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_large_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_medium_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_small_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_micro_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_department_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_holder_open",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="hub_task_due",
        ),
        migrations.AddField(
            model_name="task",
            name="decision_due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="decide by"),
        ),
        migrations.AddField(
            model_name="task",
            name="decision_from_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="to decide since"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="decision_limit",
            field=models.CharField(
                blank=True, max_length=16, verbose_name="decide within"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="end_reason",
            field=models.TextField(blank=True, verbose_name="why it ended"),
        ),
        migrations.AddField(
            model_name="task",
            name="ended_by",
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
            model_name="task",
            name="extension_limit",
            field=models.CharField(
                blank=True, max_length=16, verbose_name="extended by"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="extension_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("asked", "asked for"),
                    ("granted", "granted"),
                    ("refused", "refused"),
                ],
                max_length=8,
                verbose_name="extension",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="is_ruled",
            field=models.BooleanField(
                default=False, verbose_name="ruled by the district"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="is_scored_by_department",
            field=models.BooleanField(
                default=False, verbose_name="department has scored"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="is_scored_by_desk",
            field=models.BooleanField(default=False, verbose_name="desk has scored"),
        ),
        migrations.AddField(
            model_name="task",
            name="paused_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="on hold since"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="paused_until_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="on hold until"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="plan_due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="plan by"),
        ),
        migrations.AddField(
            model_name="task",
            name="plan_limit",
            field=models.CharField(
                blank=True, max_length=16, verbose_name="plan within"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="plan_steps",
            field=models.JSONField(
                blank=True, default=list, verbose_name="steps of the plan"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="planned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="planned"),
        ),
        migrations.AddField(
            model_name="task",
            name="return_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="returned"),
        ),
        migrations.AddField(
            model_name="task",
            name="return_due_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="return until"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="return_from_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="return window from"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="return_limit",
            field=models.CharField(
                blank=True, max_length=16, verbose_name="return within"
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="end_reason",
            field=models.TextField(blank=True, verbose_name="why it was taken back"),
        ),
        migrations.AddField(
            model_name="whistle",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.AddField(
            model_name="whistle",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "Running"),
                    ("complete", "Complete"),
                    ("recalled", "Taken back"),
                ],
                default="running",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="state",
            field=models.CharField(
                choices=[
                    ("accepted", "Taken"),
                    ("called", "To report in"),
                    ("cancelled", "Cancelled"),
                    ("claimed", "Claimed"),
                    ("closed", "Done"),
                    ("confirming", "To confirm"),
                    ("doing", "Under way"),
                    ("done", "Finished"),
                    ("handling", "In hand"),
                    ("offered", "To take"),
                    ("planned", "Planned"),
                    ("recalled", "Taken back"),
                    ("released", "Released"),
                    ("replied", "Replied"),
                    ("reported_in", "Reported in"),
                    ("returned", "Returned to the desk"),
                    ("ruling", "District rules"),
                ],
                max_length=16,
                verbose_name="state",
            ),
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
                fields=["district", "-id"],
                name="hub_task_district_open",
            ),
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
                fields=["large", "-id"],
                name="hub_task_large_open",
            ),
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
                fields=["medium", "-id"],
                name="hub_task_medium_open",
            ),
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
                fields=["small", "-id"],
                name="hub_task_small_open",
            ),
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
                fields=["micro", "-id"],
                name="hub_task_micro_open",
            ),
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
                name="hub_task_department_open",
            ),
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
                fields=["holder", "due_at"],
                name="hub_task_holder_open",
            ),
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
                fields=["due_at"],
                name="hub_task_due",
            ),
        ),
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.RunPython(seed.load, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["released", "recalled"]), _negated=True),
                    models.Q(
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="requests_hub_task_let_go_by_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("return_count__lte", 2)),
                name="requests_hub_task_returned_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("returned", "ruling")), _negated=True),
                    ("is_ruled", False),
                    _connector="OR",
                ),
                name="requests_hub_task_ruled_is_binding",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True),
                    (
                        "state__in",
                        [
                            "reported_in",
                            "claimed",
                            "planned",
                            "handling",
                            "returned",
                            "ruling",
                        ],
                    ),
                    _connector="OR",
                ),
                name="requests_hub_task_on_hold_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "recalled"), _negated=True),
                    models.Q(("end_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="requests_hub_whistle_recalled_why",
            ),
        ),
        governance.core.migration_operations.AddTriggers(
            triggers=[
                (
                    "request",
                    pgtrigger.compiler.Trigger(
                        name="closes_complete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n        IF NEW.state <> 'closed' OR OLD.state = 'closed' THEN RETURN NEW; END IF;\n        IF NEW.reply = '' OR NEW.checked_at IS NULL THEN\n          RAISE EXCEPTION 'onegrid: request % closes only with a reply and a check', NEW.id\n            USING ERRCODE = 'check_violation';\n        END IF;\n        IF EXISTS (SELECT 1 FROM requests_hub_task WHERE request_id = NEW.id\n                   AND state NOT IN\n                   ('closed', 'released', 'recalled', 'done', 'cancelled')) THEN\n          RAISE EXCEPTION 'onegrid: request % still has open tasks', NEW.id\n            USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="74040a782bb1b38b5db571a2fa530e6d5281425a",
                            operation='UPDATE OF "state"',
                            pgid="pgtrigger_closes_complete_d4a0d",
                            table="requests_hub_request",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "task",
                    pgtrigger.compiler.Trigger(
                        name="whistle_task_step",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF NOT (NEW.kind = 'whistle') THEN RETURN NEW; END IF; IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('called>recalled', 'called>released', 'called>reported_in', 'called>returned', 'claimed>planned', 'claimed>recalled', 'claimed>released', 'handling>recalled', 'handling>released', 'handling>replied', 'planned>handling', 'planned>recalled', 'planned>released', 'planned>replied', 'replied>closed', 'replied>handling', 'reported_in>claimed', 'reported_in>recalled', 'reported_in>released', 'reported_in>returned', 'returned>called', 'returned>recalled', 'returned>released', 'returned>ruling', 'ruling>called', 'ruling>recalled', 'ruling>released') THEN RAISE EXCEPTION 'onegrid: illegal state % -> % in whistle_task', OLD.state, NEW.state USING ERRCODE = 'check_violation'; END IF; RETURN NEW;",
                            hash="d51edfc9141a79403497c434621b1315021a79e2",
                            operation='UPDATE OF "state"',
                            pgid="pgtrigger_whistle_task_step_2375c",
                            table="requests_hub_task",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "task",
                    pgtrigger.compiler.Trigger(
                        name="look_again",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n        IF NEW.state NOT IN ('accepted', 'called', 'claimed', 'doing', 'handling', 'offered', 'planned', 'reported_in') THEN\n          NEW.next_at := NULL;\n          RETURN NEW;\n        END IF;\n        IF TG_OP = 'UPDATE' THEN\n          IF (NEW.state, NEW.due_at, NEW.report_in_due_at, NEW.plan_due_at, NEW.paused_at,\n              NEW.rework_count, NEW.ladder_id)\n             IS NOT DISTINCT FROM\n             (OLD.state, OLD.due_at, OLD.report_in_due_at, OLD.plan_due_at, OLD.paused_at,\n              OLD.rework_count, OLD.ladder_id)\n          THEN RETURN NEW; END IF;\n        END IF;\n        NEW.next_at := '2000-01-01T00:00:00Z';\n        RETURN NEW;\n    ",
                            hash="07d49b6803aac3b92e839941ed611fb831d0e681",
                            operation='INSERT OR UPDATE OF "state", "due_at", "report_in_due_at", "plan_due_at", "paused_at", "rework_count", "ladder_id"',
                            pgid="pgtrigger_look_again_42eba",
                            table="requests_hub_task",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "task",
                    pgtrigger.compiler.Trigger(
                        name="whistle_runs",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."whistle_id" IS NOT NULL)',
                            func="\n        PERFORM 1 FROM requests_hub_whistle\n          WHERE id = NEW.whistle_id AND state = 'running' FOR SHARE;\n        IF NOT FOUND THEN\n          RAISE EXCEPTION 'onegrid: whistle % is over', NEW.whistle_id\n            USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="b3f8fc1986be6022d4cd9f1590d255746f633524",
                            operation="INSERT",
                            pgid="pgtrigger_whistle_runs_90482",
                            table="requests_hub_task",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "whistle",
                    pgtrigger.compiler.Trigger(
                        name="whistle_born",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func=" IF NEW.state NOT IN ('running') THEN RAISE EXCEPTION 'onegrid: illegal state % -> % in whistle', '(new)', NEW.state USING ERRCODE = 'check_violation'; END IF; RETURN NEW;",
                            hash="cbe235f4c6b40a22bc73a1f0bddcdc0ab3cef3fc",
                            operation="INSERT",
                            pgid="pgtrigger_whistle_born_a5fc7",
                            table="requests_hub_whistle",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "whistle",
                    pgtrigger.compiler.Trigger(
                        name="whistle_step",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func=" IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('running>complete', 'running>recalled') THEN RAISE EXCEPTION 'onegrid: illegal state % -> % in whistle', OLD.state, NEW.state USING ERRCODE = 'check_violation'; END IF; RETURN NEW;",
                            hash="1b11b4e204df314cb9563389762df9763dd7bcf2",
                            operation='UPDATE OF "state"',
                            pgid="pgtrigger_whistle_step_e9569",
                            table="requests_hub_whistle",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "whistle",
                    pgtrigger.compiler.Trigger(
                        name="complete_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n        IF NEW.state = 'running' OR OLD.state = NEW.state THEN RETURN NEW; END IF;\n        IF EXISTS (SELECT 1 FROM requests_hub_task WHERE whistle_id = NEW.id\n                   AND state NOT IN ('closed', 'released', 'recalled')) THEN\n          RAISE EXCEPTION 'onegrid: whistle % still waits for a department', NEW.id\n            USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="8c022b7582818f71055842aeb06549365070e137",
                            operation='UPDATE OF "state"',
                            pgid="pgtrigger_complete_whole_d16fa",
                            table="requests_hub_whistle",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]

    operations = together(operations)
