"""What an app says of a register; everything else is made from this."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, Protocol

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.functional import Promise

from governance.core.events import Actor
from governance.core.models import User

Text = str | Promise
Viewer = User | AnonymousUser
Choice = tuple[str, Text]
Values = dict[str, Any]


class Kind(Enum):
    """How a cell is read and shown. `Column.parse` and `Column.show` go before it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"  # `choices`: code or word, in either language
    DICTIONARY = (
        "dictionary"  # `dictionary`: the column of the model is a CharField of codes
    )
    MANY = (
        "many"  # several of `dictionary`, set apart by 、or comma; a JSON list of codes
    )
    GRID = "grid"  # code, name, or names from the town down, joined by /; gives a Grid
    REFERENCE = "reference"  # `target`: key of another register, by its natural key
    PHONE = "phone"
    IDENTITY = "identity"  # GB 11643
    CREDIT_CODE = "credit_code"  # GB 32100


@dataclass(frozen=True)
class Column:
    """One column: attribute of the model, heading of the sheet, field of the form and the API.

    `name` may be a key of `Values` only (not an attribute) when `show` says what to write.
    `is_sensitive` columns are shown masked everywhere; `mask` says how (default: by kind).
    """

    name: str
    label: Text
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: Sequence[Choice] = ()
    dictionary: str = ""
    target: str = ""
    note: Text = ""
    example: Text = ""
    aliases: tuple[str, ...] = ()
    max_length: int | None = None
    is_sensitive: bool = False
    mask: Callable[[str], str] | None = None
    in_list: bool = True
    in_file: bool = True
    read_only: bool = False
    parse: Callable[[str], Any] | None = (
        None  # text of a cell -> value; ValueError(words)
    )
    show: Callable[[Any], str] | None = None  # row -> text


class Save(Protocol):
    """The action behind a form, the API and every imported row.

    `row` is None for a new record; `values` holds only the columns that were given; `version` is
    what the writer saw (None: do not compare). `source` is where the values come from
    ("manual", "import:<id>", "feed:<code>") and goes into the provenance of each changed field.

    Raises:
        Invalid: `fields` by column name. Conflict: somebody else changed the row since.
        NotAllowed, NotHere: by scope.
    """

    def __call__(
        self,
        row: Any | None,
        values: Values,
        *,
        by: Actor,
        version: int | None = None,
        source: str = "manual",
    ) -> Any: ...


@dataclass
class Problem:
    """What is wrong in one cell, and the value that would probably be right.

    `asks` marks a doubt that a person must settle, not an error.
    """

    column: str
    words: str
    suggestion: str = ""
    asks: bool = False


@dataclass
class Planned:
    """One row of a file after reading: what would happen to it.

    `target` is the record that it would change, None for a new one. `values` holds parsed values
    by column; `cells` the text as written. `changes` maps a column to (before, after) as text.
    """

    number: int
    cells: dict[str, str]
    values: Values = field(default_factory=dict)
    target: Any = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_error(self) -> bool:
        return any(not problem.asks for problem in self.problems)


Find = Callable[[Sequence[Planned], Viewer], Mapping[int, Any]]
Check = Callable[[Sequence[Planned], Viewer], None]


@dataclass(frozen=True)
class Register:
    """One kind of record.

    Attributes:
        key: slug in the address: `/registry/<key>/`, `/imports/new/<key>/`, the API.
        visible: rows that somebody sees; starts from `visible_to`.
        readers, writers: role codes; nobody else gets the pages (403).
        natural_key: columns that say which record a row of a file is.
        save: the action. Imports call it row by row unless `save_many` is given.
        find: records of the rows of one batch, by row number; default: by `natural_key`.
        check: looks at a whole batch before it is shown and adds problems.
        save_many: (planned rows, by=, source=) -> saved records; one statement each for many.
        remove: takes back one record of an import that made it (undo); default: delete.
        page: address of a record's own page when it is not the generic one.
        filters: a django-filter FilterSet; `q`, and one per facet.
        facets: filter names shown as chips above the list, in order.
        order: default ordering of the list.
        title: column that the list leads with, where it is not the first of the file.
        usual: what a new record usually holds, as the text of its fields.
    """

    key: str
    model: type[models.Model]
    label: Text
    plural: Text
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    save: Save
    visible: Callable[[Viewer], models.QuerySet[Any]]
    filters: type[Any]
    readers: frozenset[str]
    writers: frozenset[str]
    icon: str = "table"
    group: Text = ""
    facets: tuple[str, ...] = ()
    order: tuple[str, ...] = ("-pk",)
    find: Find | None = None
    check: Check | None = None
    save_many: Callable[..., list[Any]] | None = None
    remove: Callable[..., None] | None = None
    page: Callable[[Any], str] | None = None
    about: Text = ""
    is_personal: bool = False
    title: str = ""
    usual: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """Those of the template, the import and the export, in order."""
        return tuple(column for column in self.columns if column.in_file)

    @property
    def typed_columns(self) -> tuple[Column, ...]:
        """Those that people fill in."""
        return tuple(column for column in self.columns if not column.read_only)


_registers: dict[str, Register] = {}


def add(*registers: Register) -> None:
    """Register them.

    Raises:
        ValueError: two registers have the same key.
    """
    for register in registers:
        if register.key in _registers:
            raise ValueError(f"two registers are called {register.key}")
        _registers[register.key] = register


@cache
def _discover() -> None:
    """Import every module of each app's `registers` package.

    The package itself imports none of them: actions need its `base`, and they need actions.
    """
    for config in apps.get_app_configs():
        name = f"{config.name}.registers"
        if find_spec(name):
            for module in iter_modules(getattr(import_module(name), "__path__", ())):
                import_module(f"{name}.{module.name}")


def find(key: str) -> Register | None:
    _discover()
    return _registers.get(key)


def every() -> Iterable[Register]:
    """All registers, in the order in which the apps declare them."""
    _discover()
    return tuple(_registers.values())
