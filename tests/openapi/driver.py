"""Drives an endpoint from its own OpenAPI description, in this process, and keeps nothing.

schemathesis makes calls that fit the description and calls that do not; each runs within a
savepoint that is rolled back, so that one call never changes what the next one finds. Few calls
for each operation here, many with SOAK=1.
"""

import copy
import json
import os
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.signals import (
    got_request_exception,
    request_finished,
    request_started,
)
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from governance.wsgi import application

IS_FULL = os.environ.get("SOAK") == "1"
EXAMPLES = 100 if IS_FULL else 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
Schema = dict[str, Any]
Known = Mapping[str, list[Any]]


def described(address: str) -> Schema:
    """The description as we serve it."""
    answer = Client().get(address, headers={"accept": "application/json"})
    assert answer.status_code == 200
    found: Schema = json.loads(answer.content)
    return found


def with_known(schema: Schema, known: Mapping[str, Known]) -> Schema:
    """The description with values that exist here, so that calls get past "not found".

    `known` has, by the beginning of a path, the values of parameters and of fields of bodies; the
    longest beginning counts, "" is for all. An empty list takes a field away.
    """
    schema = copy.deepcopy(schema)
    for path, operations in schema["paths"].items():
        values: dict[str, list[Any]] = {}
        for start in sorted((k for k in known if path.startswith(k)), key=len):
            values.update(known[start])
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _name(parameter, values.get(parameter["name"]))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = _named(content["schema"], values, schema)
    return schema


def _name(parameter: Schema, values: list[Any] | None) -> None:
    if values:
        parameter["schema"] = {"enum": values}


def _named(body: Schema, values: Known, schema: Schema) -> Schema:
    """A body with the known values of its fields, also in the rows of a list."""
    if "$ref" in body:
        body = schema["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
    body = copy.deepcopy(body)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in body:
            body[choice] = [_named(each, values, schema) for each in body[choice]]
    if "items" in body:
        body["items"] = _named(body["items"], values, schema)
    fields = body.get("properties", {})
    for name, field in list(fields.items()):
        found = values.get(name)
        if found:
            many = field.get("type") == "array"
            one: Schema = {"enum": found}
            fields[name] = {**field, "items": one} if many else one
        elif found is not None and name not in body.get("required", []):
            del fields[name]
        else:
            fields[name] = _named(field, values, schema)
    return body


class Faults:
    """What went wrong, each kind of fault once, with the shortest call that shows it."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], str] = {}
        self.operations: set[str] = set()
        self.statuses: Counter[tuple[str, int]] = Counter()

    def add(self, operation: str, group: FailureGroup, crash: str) -> None:
        told = crash + str(group.message)
        for failure in group.exceptions:
            key = (operation, failure.title + _last(crash or str(failure.message)))
            if key not in self.found or len(told) < len(self.found[key]):
                self.found[key] = told

    def __str__(self) -> str:
        return f"{len(self.found)} faults\n" + "\n".join(
            f"=== {operation}: {title}\n{told[:1500]}"
            for (operation, title), told in self.found.items()
        )


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return f" {lines[-1][:200]}" if lines else ""


@contextmanager
def crashes() -> Iterator[list[str]]:
    """The tracebacks of what no view has caught."""
    found: list[str] = []

    def remember(**_more: Any) -> None:
        found.append(traceback.format_exc(limit=-6))

    got_request_exception.connect(remember)
    try:
        yield found
    finally:
        got_request_exception.disconnect(remember)


@contextmanager
def kept_connection() -> Iterator[None]:
    """The server closes connections around each call; the test's transaction needs its own."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def drive(
    schema: Schema,
    *,
    callers: Mapping[str, Mapping[str, str]],
    examples: int = EXAMPLES,
) -> Faults:
    """Call every operation with fitting and with unfitting data; collect all faults.

    `callers` has the headers of each who calls, by name.
    """
    loaded = schemathesis.openapi.from_dict(schema)
    loaded.app = application
    faults = Faults()
    for result in loaded.get_all_operations():
        operation = result.ok()
        faults.operations.add(operation.label)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _drive_one(operation, mode, callers, faults, examples)
    return faults


def _drive_one(
    operation: Any,
    mode: GenerationMode,
    callers: Mapping[str, Mapping[str, str]],
    faults: Faults,
    examples: int,
) -> None:
    @seed(20261123)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        who=st.sampled_from(sorted(callers)),
    )
    def calls(case: Any, who: str) -> None:
        with kept_connection(), crashes() as crashed, transaction.atomic():
            answer = case.call(headers=dict(callers[who]))
            transaction.set_rollback(True)
        faults.statuses[operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            faults.add(operation.label, group, f"{who}: " + "".join(crashed[-1:]))

    try:
        calls()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise
        # an operation that takes nothing has no unfitting call
