"""States and steps as one table per machine.

A `Workflow` is data: which states there are (with the word, tone and icon that every screen
shows), and which step leads from where to where, who may take it and what it needs. Python
asks it before a change; `triggers()` writes the same table into PostgreSQL, so that raw SQL is
refused as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pgtrigger
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from governance.core.errors import IllegalStep

Text = str | Promise
AS_ASKED = "as asked"


@dataclass(frozen=True)
class State:
    """One state: `tone` is grey, blue, teal, amber, red, green or violet; `icon` a sprite id."""

    code: str
    label: Text
    tone: str
    icon: str
    is_open: bool = True


@dataclass(frozen=True)
class StepField:
    """One input of a step.

    `kind` is text, choice, entry (one of the dictionary `source`), bool, department,
    departments, user, grid, date, datetime, request (its number), amount (working time such as
    "3d" or "4h"), tasks (list of task ids), files (list of attachment ids), lines (a list of
    texts), ticks (numbers of such lines, from 0), marks (1 to 5 for each entry of `source`) or
    answers (of single departments: code -> {"is_solved", "satisfaction"}).
    """

    name: str
    label: Text
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, Text], ...] = ()
    help: Text = ""
    source: str = ""

    def as_dict(self) -> dict[str, object]:
        data: dict[str, object] = {
            "name": self.name,
            "label": str(self.label),
            "kind": self.kind,
            "required": self.required,
        }
        if self.choices:
            data["choices"] = [
                {"code": c, "label": str(label)} for c, label in self.choices
            ]
        if self.source:
            data["dictionary"] = self.source
        return data


@dataclass(frozen=True)
class Told:
    """Whom a step tells, and what.

    `who` names an audience that the app knows, such as "desk" or "reporter"; `words` may use
    %(title)s, %(no)s and, of a task, %(unit)s.
    """

    who: str
    words: Text


@dataclass(frozen=True)
class Effects:
    """What follows from a step; one engine reads it, so nothing else repeats it.

    Attributes:
        event: past tense of the step; the event is "<kind of subject>.<event>".
        tells: who is told, besides those whom an event's own consumers tell.
        tasks: "" leaves open tasks alone, "end" ends every one of them, "close" closes those that
            have answered.
        clock: "" leaves the deadline alone, "stop" ends it, `AS_ASKED` is set by whoever takes the
            step, any other value is the rule (see `deadlines`) by which a new one begins.
        drops: kinds of proposals that can no longer be decided once the step is taken.
    """

    event: str = ""
    tells: tuple[Told, ...] = ()
    tasks: str = ""
    clock: str = ""
    drops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One legal step. `target` None means: the state stays, the history grows."""

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str | None
    roles: tuple[str, ...]
    fields: tuple[StepField, ...] = ()
    icon: str = "check-circle"
    effects: Effects = Effects()

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "label": str(self.label),
            "target": self.target,
            "fields": [f.as_dict() for f in self.fields],
        }


@dataclass(frozen=True)
class Workflow:
    """A machine: its states, the states a row may be born in, and its steps."""

    name: str
    states: tuple[State, ...]
    initial: tuple[str, ...]
    steps: tuple[Step, ...]
    _by_code: dict[str, State] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {s.code: s for s in self.states})
        for step in self.steps:
            unknown = {*step.sources, *([step.target] if step.target else [])} - set(
                self._by_code
            )
            if unknown:
                raise ValueError(
                    f"{self.name}.{step.name} names unknown states {unknown}"
                )

    def __getitem__(self, code: str) -> State:
        return self._by_code[code]

    @property
    def choices(self) -> list[tuple[str, Text]]:
        return [(s.code, s.label) for s in self.states]

    @property
    def open_states(self) -> list[str]:
        return [s.code for s in self.states if s.is_open]

    def steps_from(self, state: str) -> list[Step]:
        return [s for s in self.steps if state in s.sources]

    def legal_from(self, state: str) -> list[str]:
        """Names of the steps that somebody may ask for here; what the system does is left out."""
        names = [s.name for s in self.steps_from(state) if s.roles != ("system",)]
        return list(dict.fromkeys(names))

    def pairs(self) -> list[tuple[str, str]]:
        """Every (from, to) that the table allows, without those that stay."""
        return sorted(
            {(a, s.target) for s in self.steps if s.target for a in s.sources}
        )

    def take(self, state: str, step_name: str) -> Step:
        """Give the step `step_name` from `state`.

        Raises:
            IllegalStep: the table has no such step from here.
        """
        for step in self.steps:
            if step.name == step_name and state in step.sources:
                return step
        legal = self.legal_from(state)
        label = self._by_code[state].label if state in self._by_code else state
        word = next((s.label for s in self.steps if s.name == step_name), step_name)
        raise IllegalStep(
            _("“%(step)s” is not possible while the state is “%(state)s”.")
            % {"step": word, "state": label},
            state=state,
            legal=legal,
        )

    def triggers(
        self, *, column: str = "state", condition: str = ""
    ) -> list[pgtrigger.Trigger]:
        """Triggers that refuse every state change that the table lacks.

        `condition` is SQL over NEW (for a table that holds several machines, e.g.
        "NEW.kind = 'whistle'"); a row that it does not fit is left to the other machines.
        """
        guard = f"IF NOT ({condition}) THEN RETURN NEW; END IF;" if condition else ""
        pairs = _sql_list(f"{a}>{b}" for a, b in self.pairs())
        initial = _sql_list(self.initial)
        refuse = (
            "RAISE EXCEPTION 'onegrid: illegal state % -> % in {name}', {old}, NEW.{col} "
            "USING ERRCODE = 'check_violation';"
        )
        return [
            pgtrigger.Trigger(
                name=f"{self.name}_born",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=(
                    f"{guard} IF NEW.{column} NOT IN ({initial}) THEN "
                    + refuse.format(name=self.name, old="'(new)'", col=column)
                    + " END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name=f"{self.name}_step",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(column),
                func=(
                    f"{guard} IF OLD.{column} <> NEW.{column} AND "
                    f"(OLD.{column} || '>' || NEW.{column}) NOT IN ({pairs}) THEN "
                    + refuse.format(name=self.name, old=f"OLD.{column}", col=column)
                    + " END IF; RETURN NEW;"
                ),
            ),
        ]


def _sql_list(values: Iterable[str]) -> str:
    return ", ".join(f"'{v}'" for v in values)


def mermaid(machine: Workflow) -> str:
    """The machine as a Mermaid state diagram, for `docs/`."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {code}" for code in machine.initial]
    for step in machine.steps:
        lines += [f"    {a} --> {step.target or a}: {step.name}" for a in step.sources]
    return "\n".join(lines)
