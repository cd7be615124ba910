"""Operations that keep a large migration quick."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger


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
