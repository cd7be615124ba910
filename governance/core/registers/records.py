"""One record on a page: its fields with where each comes from, and what happened to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from governance.core import attachments
from governance.core.menu import standing_of
from governance.core.registers import history, panels, show
from governance.core.registers.access import may_write
from governance.core.registers.spec import Column, Kind, Register


@dataclass(frozen=True)
class Fact:
    """One field: text (masked where sensitive), and who said so when."""

    label: str
    text: str
    is_masked: bool
    is_long: bool
    source: str
    at: datetime | None


def facts(register: Register, row: Any) -> list[Fact]:
    """The fields of a record in the order of the columns."""
    provenance = getattr(row, "provenance", None) or {}
    return [_fact(column, row, provenance) for column in register.columns]


def _fact(column: Column, row: Any, provenance: dict[str, Any]) -> Fact:
    told = provenance.get(column.name) or {}
    text = show.safe(column, row)
    return Fact(
        label=str(column.label),
        text=text,
        is_masked=column.is_sensitive and bool(text),
        is_long=column.kind is Kind.LONG_TEXT,
        source=panels.source_words(told["source"]) if told.get("source") else "",
        at=parse_datetime(told["at"]) if told.get("at") else None,
    )


def freshest(facts: list[Fact]) -> datetime | None:
    """When a field of the record was last said to be so."""
    return max((fact.at for fact in facts if fact.at), default=None)


def timeline(register: Register, row: Any) -> list[dict[str, Any]]:
    """The changes as entries of the timeline component, newest first."""
    return [
        {
            "icon": "pencil-square",
            "tone": "blue",
            "who": entry.who or panels.source_words(entry.source),
            "verb": "",
            "when": entry.at,
            "changes": entry.changes,
            "source": panels.source_words(entry.source) if entry.source else "",
        }
        for entry in history.entries(row, register.columns)
    ]


def page_of_record(
    request: HttpRequest, register: Register, row: Any
) -> dict[str, Any]:
    """Everything the record page shows."""
    found = facts(register, row)
    roles = standing_of(request).roles
    return {
        "register": register,
        "row": row,
        "title": show.heading(register, row),
        "facts": [fact for fact in found if fact.text or fact.source],
        "blank": [fact.label for fact in found if not (fact.text or fact.source)],
        "fresh_at": freshest(found),
        "entries": timeline(register, row),
        "files": list(attachments.of(row)),
        "panels": panels.of(register.key, request, row),
        "links": panels.links(register.key, row, roles),
        "unmask_url": panels.unmask_url(register.key, row)
        if may_write(request, register)
        else "",
        "may_write": may_write(request, register),
    }
