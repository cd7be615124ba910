"""The list of a register: narrowed by the query string, one page at a time, as plain cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from governance.core.api.paging import newest
from governance.core.registers import places, show
from governance.core.registers.plan import has_field
from governance.core.registers.spec import Column, Kind, Register, Viewer

PAGE_SIZE = 50
MOST_COLUMNS = 8  # of those meant for the list; what is asked for is shown
COUNT_CAP = 1000
MOST_PAGES = 200
NUMERIC = {Kind.INTEGER, Kind.DECIMAL}
PAGING = ("before", "page")


@dataclass(frozen=True)
class Cell:
    """One value of a row as text."""

    label: str
    text: str
    is_masked: bool = False
    is_number: bool = False
    is_day: bool = False


@dataclass(frozen=True)
class Row:
    """One record of the list: its page, its first column, the others."""

    record: Any
    url: str
    title: str
    meta: str
    cells: list[Cell]


@dataclass
class Listing:
    """One page of a list with what surrounds it."""

    columns: list[Column]
    rows: list[Row]
    total: int
    next_url: str = ""
    first_url: str = ""
    chips: list[dict[str, Any]] = field(default_factory=list)
    clear_url: str = ""

    @property
    def heads(self) -> list[tuple[Column, bool]]:
        """The headings, with whether a number stands below."""
        return [(column, column.kind in NUMERIC) for column in self.columns]

    @property
    def total_text(self) -> str:
        return f"{COUNT_CAP}+" if self.total > COUNT_CAP else f"{self.total}"


def narrowed(
    register: Register, viewer: Viewer, params: Mapping[str, Any]
) -> QuerySet[Any]:
    """What somebody sees of a register under the filters of a query string."""
    rows = register.visible(viewer)
    if has_field(register.model, "ended_on"):
        rows = rows.filter(ended_on__isnull=params.get("ended") != "1")
    found: QuerySet[Any] = filter_set(register, viewer, params, rows).qs
    return found


def filter_set(
    register: Register, viewer: Viewer, params: Mapping[str, Any], rows: Any
) -> Any:
    """The register's filters on these rows; `request.user` is the viewer."""
    return register.filters(params, rows, request=SimpleNamespace(user=viewer))


def joined(rows: QuerySet[Any], columns: Iterable[Column]) -> QuerySet[Any]:
    """The rows with what their columns point to, in the same statement."""
    names = [
        column.name
        for column in columns
        if column.kind is Kind.REFERENCE and has_field(rows.model, column.name)
    ]
    return rows.select_related(*names) if names else rows


def shown_columns(register: Register, params: Mapping[str, Any]) -> list[Column]:
    """The columns of the list: those that `cols` names, else the first of those meant for it.

    The one that names the record leads. The grid stands under it, so it is no column of its own
    unless somebody asks for it.
    """
    many = params.getlist("cols") if isinstance(params, QueryDict) else []
    asked = ",".join(many).split(",")
    chosen = [c for c in register.columns if c.name in asked]
    if not chosen:
        meant = [c for c in register.columns if c.in_list or c.name == register.title]
        told = has_field(register.model, "micro")
        chosen = [c for c in meant if not told or c.kind is not Kind.GRID] or meant
        lead = [c for c in chosen if c.name == register.title]
        chosen = [*lead, *(c for c in chosen if c not in lead)][:MOST_COLUMNS]
    return sorted(chosen, key=lambda c: c.name != register.title)


def listing(register: Register, viewer: Viewer, params: QueryDict) -> Listing:
    """One page of 50. Two statements for one row or fifty."""
    columns = shown_columns(register, params)
    found = narrowed(register, viewer, params)
    rows, further, first = _page(register, joined(found, columns), params)
    return Listing(
        columns=columns,
        rows=[row_of(register, record, columns) for record in rows],
        total=found.order_by()[: COUNT_CAP + 1].count(),
        next_url=further,
        first_url=first,
        chips=chips(register, viewer, params),
        clear_url=_cleared(register, params),
    )


def _page(
    register: Register, rows: QuerySet[Any], params: QueryDict
) -> tuple[list[Any], str, str]:
    """The records of this page, the query strings of the next and of the first."""
    if register.order == ("-pk",):
        before = _number(params.get("before", ""))
        found = newest(rows, PAGE_SIZE + 1, before)
        page = found[:PAGE_SIZE]
        further = {"before": page[-1].pk} if len(found) > PAGE_SIZE else None
        is_first = not before
    else:
        number = min(max(_number(params.get("page", "")), 1), MOST_PAGES)
        start = (number - 1) * PAGE_SIZE
        found = list(rows.order_by(*register.order)[start : start + PAGE_SIZE + 1])
        page = found[:PAGE_SIZE]
        has_more = len(found) > PAGE_SIZE and number < MOST_PAGES
        further = {"page": number + 1} if has_more else None
        is_first = number == 1
    first = "" if is_first else with_params(params) or "?"
    return page, with_params(params, **further) if further else "", first


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def with_params(params: QueryDict, **changes: Any) -> str:
    """The query string with these values, from the first page again; "" when nothing is left."""
    query = params.copy()
    for name in PAGING:
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    encoded = query.urlencode(safe=",")
    return f"?{encoded}" if encoded else ""


def row_of(register: Register, record: Any, columns: Sequence[Column]) -> Row:
    """One record as text, sensitive values masked."""
    title, *others = columns
    meta = ""
    if title.kind is not Kind.GRID and hasattr(record, "grid_id"):
        meta = places.known().short(record)
    cells = [
        Cell(
            str(column.label),
            show.brief(column, record),
            column.is_sensitive,
            column.kind in NUMERIC,
            column.kind is Kind.DATE,
        )
        for column in others
    ]
    return Row(record, url_of(register, record), show.brief(title, record), meta, cells)


def url_of(register: Register, record: Any) -> str:
    """The page of a record: the topic's own or the generic one."""
    if register.page is not None:
        return register.page(record)
    return reverse("registry_record", kwargs={"key": register.key, "pk": record.pk})


def chips(
    register: Register, viewer: Viewer, params: QueryDict
) -> list[dict[str, Any]]:
    """The facets as links: what each is set to, and what it could be."""
    nothing = register.model._default_manager.none()  # noqa: SLF001
    form = filter_set(register, viewer, params, nothing).form
    out = []
    for name in register.facets:
        given = params.get(name, "")
        choices = _choices(form.fields.get(name), name, given, viewer)
        label = getattr(form.fields.get(name), "label", "") or name
        out.append(_chip(name, str(label), given, choices, params))
    return out


def _choices(
    form_field: Any, name: str, given: str, viewer: Viewer
) -> list[tuple[str, str]]:
    choices = getattr(form_field, "choices", None)
    if choices is None:
        if name == "grid":
            return list(places.known().below(viewer, given))
        return []
    flat = [(str(code), str(label)) for code, label in choices]
    return [
        (code, label) for code, label in flat if code not in ("", "null", "unknown")
    ]


def _chip(
    name: str,
    label: str,
    given: str,
    choices: list[tuple[str, str]],
    params: QueryDict,
) -> dict[str, Any]:
    words = dict(choices)
    value = words.get(given, "")
    if given and not value:
        value = places.known().name_of(given) if name == "grid" else given
    options = [
        {
            "label": word,
            "url": with_params(params, **{name: code}) or "?",
            "is_on": code == given,
        }
        for code, word in choices
    ]
    return {
        "name": name,
        "label": label,
        "value": value if given else "",
        "clear_url": with_params(params, **{name: None}) or "?",
        "choices": options if not given or name == "grid" else [],
    }


def _cleared(register: Register, params: QueryDict) -> str:
    """The query string without any condition; "" when none is set."""
    names = [n for n in (*register.facets, "q", "ended") if params.get(n)]
    return with_params(params, **dict.fromkeys(names)) or "?" if names else ""
