"""Operations of one migration that render the models once."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from governance.core.migration_operations import Together, together

APP = "core"


def _lamp() -> migrations.CreateModel:
    return migrations.CreateModel(
        "Lamp",
        [
            ("id", models.AutoField(primary_key=True)),
            ("old", models.IntegerField(default=0)),
        ],
        options={
            "db_table": "lamp_probe",
            "constraints": [
                models.CheckConstraint(condition=models.Q(old__gte=0), name="probe_o")
            ],
        },
    )


def _changes() -> list[Operation]:
    """The constraint of a field goes with it, another comes with its field."""
    watt = models.Q(watt__gt=0)
    return [
        migrations.RemoveConstraint("lamp", "probe_o"),
        migrations.RemoveField("lamp", "old"),
        migrations.AddField("lamp", "watt", models.IntegerField(null=True)),
        migrations.AddIndex(
            "lamp", models.Index(fields=["watt"], condition=watt, name="probe_i")
        ),
        migrations.AddConstraint(
            "lamp", models.CheckConstraint(condition=watt, name="probe_c")
        ),
        migrations.RunSQL(
            "INSERT INTO lamp_probe (watt) VALUES (7)", "DELETE FROM lamp_probe"
        ),
    ]


def _sizes(operations: list[Operation]) -> list[int]:
    return [
        len(o.operations) if isinstance(o, Together) else 1
        for o in together(operations)
    ]


def test_neighbours_render_once_and_boundaries_hold() -> None:
    def nothing(*_args: object) -> None:
        """No rows to change."""

    text, number = models.TextField(), models.IntegerField()
    lamp, pole = _lamp(), migrations.CreateModel("Pole", [])
    assert _sizes(_changes()) == [6]
    assert _sizes([lamp, pole, *_changes()]) == [2, 6]
    again = migrations.AlterField("Lamp", "a", number)
    assert _sizes([migrations.AddField("lamp", "a", text), again]) == [1, 1]
    assert _sizes([pole, migrations.RunPython(nothing), lamp]) == [1, 1, 1]
    assert _sizes([migrations.RenameField("lamp", "old", "new"), *_changes()]) == [1, 6]
    no_way_back = migrations.RunSQL("SELECT 1")
    assert _sizes([pole, no_way_back, lamp]) == [1, 1, 1]
    every = [lamp, pole, migrations.DeleteModel("Pole"), *_changes()]
    flat = [p for o in together(every) for p in getattr(o, "operations", [o])]
    assert all(a is b for a, b in zip(every, flat, strict=True))


def _columns() -> set[str]:
    with connection.cursor() as cursor:
        names = connection.introspection.get_table_description(cursor, "lamp_probe")
        held = connection.introspection.get_constraints(cursor, "lamp_probe")
    return {column.name for column in names} | {
        n for n in held if n.startswith("probe_")
    }


@pytest.mark.django_db
def test_they_change_the_database_forwards_and_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, state = ProjectState(), ProjectState()
    for each in (made, state):
        _lamp().state_forwards(APP, each)
    with connection.schema_editor() as editor:
        _lamp().database_forwards(APP, editor, ProjectState(), made)
    before = _columns()
    [change] = together(_changes())
    assert made.apps.ready
    assert state.apps.ready
    rendered = []
    render = type(state.apps).render_multiple

    def count(apps: object, states: list[object]) -> None:
        rendered.append(len(states))
        render(apps, states)

    monkeypatch.setattr(type(state.apps), "render_multiple", count)
    change.state_forwards(APP, state)
    assert rendered == [1]
    with connection.schema_editor() as editor:
        change.database_forwards(APP, editor, made, state)
    assert _columns() == {"id", "watt", "probe_i", "probe_c"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT watt FROM lamp_probe")
        assert cursor.fetchall() == [(7,)]
    with connection.schema_editor() as editor:
        change.database_backwards(APP, editor, state, made)
    assert _columns() == before == {"id", "old", "probe_o"}
