"""The fields of the steps as the API's description has them, read from the workflow's table."""

from typing import Any

from governance.core.workflow import Step, StepField, Workflow
from requests_hub.actions.steps import ACTIONS
from requests_hub.workflow import (
    GRID_TASK,
    LOOK_TASK,
    REQUEST,
    WHISTLE,
    WHISTLE_TASK,
)

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 1}
ONE: Schema = {"anyOf": [TEXT, NUMBER]}
KINDS: dict[str, Schema] = {
    "text": {"type": "string", "maxLength": 2000},
    "bool": {"type": "boolean"},
    "department": ONE | {"description": "Code or id."},
    "departments": {"type": "array", "items": ONE},
    "user": ONE | {"description": "User name or id."},
    "grid": TEXT | {"description": "Code."},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "entry": TEXT,
    "request": TEXT | {"description": "Number."},
    "amount": {"type": "string", "pattern": "^[1-9][0-9]{0,2}[dh]$"},
    "tasks": {"type": "array", "items": NUMBER},
    "files": {"type": "array", "items": ONE, "maxItems": 6},
    "lines": {"type": "array", "items": {"type": "string", "maxLength": 200}},
    "ticks": {"type": "array", "items": {"type": "integer", "minimum": 0}},
    "answers": {
        "type": "object",
        "description": "By code or id of a department that was called.",
        "additionalProperties": {
            "type": "object",
            "required": ["is_solved"],
            "properties": {
                "is_solved": {"type": "boolean"},
                "satisfaction": {
                    "type": "string",
                    "enum": ["satisfied", "basically", "dissatisfied", "no_answer"],
                },
            },
        },
    },
    "marks": {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 5},
    },
}


MACHINES: dict[str, tuple[Workflow, ...]] = {
    "requests": (REQUEST,),
    "tasks": (WHISTLE_TASK, GRID_TASK, LOOK_TASK),
    "whistles": (WHISTLE,),
}


def each_step(result: Schema, **_more: Any) -> Schema:
    """Describe every step at its own address with its own fields; a hook of drf-spectacular.

    `.../{step}/` takes the fields of whichever step is named, which no description could tell.
    """
    paths: Schema = {}
    for path, operations in result["paths"].items():
        base, end = path.rsplit("/", 2)[0], path.rsplit("/", 2)[1]
        machines = MACHINES.get(base.split("/")[-2]) if end == "{step}" else None
        if machines is None:
            paths[path] = operations
            continue
        for name, steps in _by_name(machines).items():
            paths[f"{base}/{name}/"] = {"post": _one(operations["post"], name, steps)}
    return {**result, "paths": paths}


def _by_name(machines: tuple[Workflow, ...]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for machine in machines:
        for step in machine.steps:
            if (machine.name, step.name) in ACTIONS:
                found.setdefault(step.name, []).append(step)
    return found


def _one(operation: Schema, name: str, steps: list[Step]) -> Schema:
    """The operation of one step."""
    bodies = {str(body): body for body in map(_body, steps)}
    shapes = [*bodies.values()]
    schema = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    needed = all(body.get("required") for body in bodies.values())
    parameters = [p for p in operation["parameters"] if p["name"] != "step"]
    return {
        **operation,
        "operationId": f"{operation['operationId']}_{name}",
        "summary": str(steps[0].label),
        "parameters": parameters,
        "requestBody": {
            "content": {"application/json": {"schema": schema}},
            "required": needed,
        },
    }


def _body(step: Step) -> Schema:
    needed = [field.name for field in step.fields if field.required]
    return {
        "type": "object",
        "properties": {field.name: _kind(field) for field in step.fields},
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


def _kind(field: StepField) -> Schema:
    if field.kind == "choice":
        return {"type": "string", "enum": [code for code, _label in field.choices]}
    said = {"description": f"Dictionary {field.source}."} if field.source else {}
    return KINDS[field.kind] | said
