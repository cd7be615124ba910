"""Operations that keep a large migration quick."""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger, RemoveTrigger


class AddTriggers(Operation):
    """Many triggers at once: (name of the model, compiled trigger).

    One `pgtrigger.migrations.AddTrigger` renders its model and all that are tied to it anew,
    which is most of the product; a trigger changes nothing that a rendered model shows.
    """

    reversible = True

    def __init__(self, triggers: Sequence[tuple[str, compiler.Trigger]]) -> None:
        self.triggers = list(triggers)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The triggers stand in the options of their models; nothing is rendered."""
        for name, trigger in self.triggers:
            options = state.models[app_label, name.lower()].options
            options["triggers"] = [*options.get("triggers", []), trigger]

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Install each."""
        for name, trigger in self.triggers:
            operation = AddTrigger(name, trigger)
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take each away, last first; their models are those of before."""
        for name, trigger in reversed(self.triggers):
            operation = AddTrigger(name, trigger)
            operation.database_backwards(app_label, schema_editor, to_state, from_state)

    def describe(self) -> str:
        return f"Create {len(self.triggers)} triggers"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [], {"triggers": self.triggers}


class Together(Operation):
    """Operations that render the models once, after the last of them.

    Django renders a changed model and all that are tied to it after every operation, which is
    most of the product some five hundred times. None of these operations may need what another
    of them leaves behind: `together` sees to that.
    """

    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the state by each, then render what any of them has touched."""
        touched: dict[tuple[str, str], bool] = {}

        def note(label: str, name: str, delay: bool = False) -> None:
            touched[label, name] = touched.get((label, name), True) and delay

        vars(state)["reload_model"] = note
        try:
            for operation in self.operations:
                operation.state_forwards(app_label, state)
        finally:
            del vars(state)["reload_model"]
        if touched:
            state.reload_models(list(touched), delay=all(touched.values()))

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Each in its order; a constraint is taken away from the model that still has its fields."""
        for operation in self.operations:
            ends = isinstance(operation, migrations.RemoveConstraint)
            after = from_state if ends else to_state
            operation.database_forwards(app_label, schema_editor, from_state, after)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Each taken back, last first; a constraint from the model that has its fields."""
        for operation in reversed(self.operations):
            ends = isinstance(operation, migrations.AddConstraint)
            after = from_state if ends else to_state
            operation.database_backwards(app_label, schema_editor, from_state, after)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [], {"operations": self.operations}


# What neither renames nor takes away a model and runs no code on rendered models.
_KINDS = (
    migrations.CreateModel,
    migrations.AddField,
    migrations.RemoveField,
    migrations.AlterField,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.AddConstraint,
    migrations.RemoveConstraint,
    migrations.AlterModelOptions,
    migrations.RunSQL,
    AddTrigger,
    RemoveTrigger,
    AddTriggers,
)


def together(operations: Sequence[Operation]) -> list[Operation]:
    """The same operations in the same order, neighbours in one `Together` where that is safe.

    A new group begins at an operation of another kind, at one without a way back, at one on a model that the group
    creates, and at a second one on the same field, index, constraint or trigger.
    """
    groups: list[list[Operation]] = []
    seen: set[tuple[str, str]] = set()
    for operation in operations:
        mine = _touches(operation)
        alone = type(operation) not in _KINDS or not operation.reversible
        if alone or not groups or seen & (mine | {(model, "") for model, _ in mine}):
            groups.append([])
            seen = set()
        groups[-1].append(operation)
        seen |= mine
        if alone:
            groups.append([])
            seen = set()
    return [g[0] if len(g) == 1 else Together(g) for g in groups if g]


def _touches(operation: Operation) -> set[tuple[str, str]]:
    """(model, field or other part); a created model is (model, "")."""
    if isinstance(operation, migrations.CreateModel):
        return {(operation.name.lower(), "")}
    if isinstance(operation, AddTriggers):
        return {
            (model.lower(), str(trigger.name)) for model, trigger in operation.triggers
        }
    if isinstance(operation, migrations.RunSQL):
        return set()
    part = next(
        (
            getattr(owner, "name", None)
            for key in ("index", "constraint", "trigger")
            if (owner := getattr(operation, key, None))
        ),
        getattr(operation, "name", ""),
    )
    model = getattr(operation, "model_name", None)
    return (
        {(str(model).lower(), str(part))} if model else {(str(part).lower(), "options")}
    )
