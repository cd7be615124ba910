"""What the pages of an import show: steps, counts, tabs and rows as plain cells."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.models import ImportRow, ImportRun
from governance.core.registers import imports, running, show, staging
from governance.core.registers.spec import Column, Kind, Register

PAGE = 50
MOST_COLUMNS = 7
TABS = ("error", "ask", "changed", "new", "same")
SAME_FAULTS = """
    SELECT problem->>'key', count(*)
      FROM core_importrow r, jsonb_array_elements(r.problems) problem
     WHERE r.run_id = %s AND r.verdict = ANY(%s) AND problem->>'key' = ANY(%s)
     GROUP BY 1
"""
State = ImportRun.State


@dataclass(frozen=True)
class Cell:
    """One cell of a staged row under its heading; `is_bad` tints it."""

    label: str
    text: str
    is_bad: bool = False
    is_masked: bool = False


@dataclass
class Line:
    """One staged row on the page."""

    number: int
    cells: list[Cell]
    problems: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    is_accepted: bool = False
    words: str = ""


def by_group(registers: list[Register]) -> list[Register]:
    """Those of one group beside each other, in the order in which the groups appear."""
    order: dict[str, int] = {}
    for register in registers:
        order.setdefault(str(register.group), len(order))
    return sorted(registers, key=lambda register: order[str(register.group)])


def steps(run: ImportRun | None) -> list[dict[str, str]]:
    """The four steps for the stepper."""
    words = [
        _("Upload"),
        pgettext("import", "Check"),
        pgettext("import", "Import"),
        pgettext("import", "Result"),
    ]
    now = 0 if run is None else STEP_OF.get(State(run.state), 1)
    done = run is not None and run.state in (State.DONE, State.UNDONE)
    out = []
    for position, label in enumerate(words):
        state = "done" if position < now or done else "later"
        out.append(
            {"label": label, "state": "now" if position == now and not done else state}
        )
    return out


STEP_OF = {
    State.UPLOADED: 1,
    State.CHOOSING: 1,
    State.CHECKING: 1,
    State.CHECKED: 1,
    State.RUNNING: 2,
    State.STOPPED: 2,
    State.DONE: 3,
    State.UNDOING: 3,
    State.UNDONE: 3,
    State.FAILED: 0,
    State.CANCELLED: 0,
}


def figures(run: ImportRun) -> list[dict[str, Any]]:
    """The strip of counts after the check."""
    told = (
        ("new", pgettext("import", "New"), "plus-circle", ""),
        ("changed", pgettext("import", "Changed"), "pencil-square", ""),
        ("same", _("Unchanged"), "dash-circle", ""),
        ("error", _("Faulty, not imported"), "x-octagon-fill", "late"),
        ("ask", _("Please confirm"), "exclamation-triangle", "amber"),
    )
    return [
        {
            "label": label,
            "icon": icon,
            "figure": f"{run.counts.get(code, 0):,}",
            "unit": _("rows"),
            "url": f"?tab={code}",
            "tone": tone if run.counts.get(code) else "",
        }
        for code, label, icon, tone in told
    ]


def tabs(run: ImportRun, current: str) -> list[dict[str, Any]]:
    labels = {
        "error": _("Faults"),
        "ask": _("Please confirm"),
        "changed": _("Changes side by side"),
        "new": pgettext("import", "New"),
        "same": _("Unchanged"),
    }
    return [
        {
            "label": labels[code],
            "url": f"?tab={code}",
            "count": run.counts.get(code, 0),
            "is_current": code == current,
            "is_late": code == "error" and bool(run.counts.get(code)),
        }
        for code in TABS
        if run.counts.get(code) or code == current
    ]


def current_tab(run: ImportRun, params: QueryDict) -> str:
    asked = params.get("tab", "")
    if asked in TABS:
        return asked
    return next((code for code in TABS if run.counts.get(code)), "new")


def rows_of(
    run: ImportRun, register: Register, tab: str, params: QueryDict
) -> dict[str, Any]:
    """One page of staged rows of a tab, with the columns worth showing."""
    after = params.get("after", "")
    rows = ImportRow.objects.filter(run=run, verdict=tab).order_by("number")
    if after.isascii() and after.isdigit():
        rows = rows.filter(number__gt=int(after))
    found = list(rows[: PAGE + 1])
    page = found[:PAGE]
    columns = _columns(run, register, page)
    return {
        "columns": columns,
        "lines": [line(row, columns, register) for row in page],
        "next_url": f"?tab={tab}&after={page[-1].number}" if len(found) > PAGE else "",
        "first_url": f"?tab={tab}" if after else "",
        "same_fault": _same_faults(run, page),
    }


def _columns(run: ImportRun, register: Register, rows: list[ImportRow]) -> list[Column]:
    """The first columns of the file, and any in which one of these rows has a problem."""
    of_file = staging.columns_of_file(run, register)
    faulty = {problem["column"] for row in rows for problem in row.problems}
    shown = [c for c in of_file if c.in_list][: MOST_COLUMNS - 1]
    return [c for c in of_file if c in shown or c.name in faulty][: MOST_COLUMNS + 3]


def line(row: ImportRow, columns: list[Column], register: Register) -> Line:
    """One staged row as text, sensitive cells masked."""
    cells = staging.cells(row)
    faulty = {problem["column"] for problem in row.problems}
    by_name = {column.name: column for column in register.columns}
    return Line(
        number=row.number,
        cells=[_cell(c, cells.get(c.name, ""), c.name in faulty) for c in columns],
        problems=row.problems,
        changes=[
            {
                "label": str(by_name[name].label),
                "before": _safe(by_name[name], before),
                "after": _safe(by_name[name], after),
            }
            for name, (before, after) in staging.changes(row).items()
        ],
        is_accepted=row.is_accepted,
        words=row.words,
    )


def _cell(column: Column, text: str, is_bad: bool) -> Cell:
    label = str(column.label)
    if not text:
        return Cell(label, _("empty") if is_bad else "", is_bad)
    if is_bad and column.kind is Kind.PHONE and len(text) < 11:
        return Cell(label, text, is_bad)  # no number that can be rung
    return Cell(label, _safe(column, text), is_bad, column.is_sensitive)


def _safe(column: Column, text: str) -> str:
    return show.masked(column, text) if column.is_sensitive else text


def _same_faults(run: ImportRun, rows: list[ImportRow]) -> dict[str, int]:
    """How many rows of the whole file have the same fault, by key."""
    keys = {p["key"] for row in rows for p in row.problems if p.get("key")}
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SAME_FAULTS, [run.pk, list(TABS[:2]), sorted(keys)])
        return dict(cursor.fetchall())


def progress(run: ImportRun) -> dict[str, Any]:
    """How far the worker is: done, total, percent, time left in words."""
    seen = imports.seen_of(run)
    total = max(run.total, seen, 1)
    left = imports.time_left(run, seen)
    words = _("You can leave this page; a notice comes when it is done.")
    if left is not None:
        seconds = int(left.total_seconds()) + 1
        about = (
            _("About %(n)s seconds left.") % {"n": seconds}
            if seconds < 90
            else _("About %(n)s minutes left.") % {"n": round(seconds / 60)}
        )
        words = f"{about} {words}"
    return {
        "done": seen,
        "total": total,
        "percent": min(99, seen * 100 // total),
        "left": words,
        "label": _("Being imported")
        if run.state == State.RUNNING
        else _("Being checked"),
        "unit": _("rows"),
    }


def will_write(run: ImportRun) -> int:
    """How many rows the import would write now."""
    waiting = running.wanted(run).filter(state=ImportRow.State.WAITING)
    return waiting.count()


def left_out(run: ImportRun) -> int:
    """How many doubtful rows nobody has said yes to."""
    rows = ImportRow.objects.filter(run=run, verdict="ask", is_accepted=False)
    return rows.count() if run.counts.get("ask") else 0


def choices(run: ImportRun, register: Register) -> dict[str, Any]:
    """What a person must choose: the sheet, and headings for columns that were not found."""
    sheet = next((s for s in run.sheets if s["name"] == run.sheet), None)
    sheet = sheet or (run.sheets[0] if run.sheets else None)
    texts = (sheet["texts"] or sheet["first"]) if sheet else []
    needed = [
        c
        for c in register.typed_columns
        if c.in_file and (c.required or c.name in register.natural_key)
    ]
    return {
        "sheets": run.sheets,
        "chosen_sheet": sheet["name"] if sheet else "",
        "needed": [c for c in needed if c.name not in run.columns],
        "texts": [(str(n), text) for n, text in enumerate(texts) if text],
    }


def unknown_headings(register: Register, run: ImportRun) -> list[str]:
    """Headings of the file that no column has: they are not imported.

    Columns that are only read are known too; they stand in the register's own files.
    """
    texts = run.headings[1] if len(run.headings) > 1 else []
    taken = set(run.columns.values())
    known = {str(column.label) for column in register.columns if column.read_only}
    return [
        text
        for position, text in enumerate(texts)
        if text and position not in taken and text not in known
    ]
