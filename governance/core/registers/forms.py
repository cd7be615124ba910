"""The form of a register, made from its columns; it writes only what the writer touched."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import dictionaries
from governance.core.days import DayInput
from governance.core.errors import Conflict, DomainError, Invalid
from governance.core.models import User
from governance.core.registers import places, show
from governance.core.registers.reading import Reader
from governance.core.registers.spec import Column, Kind, Register, Values, Viewer

SEEN = "seen_version"
MOST_OFFERED = 400
SEARCH = "input changed delay:250ms"
PLAIN = {
    Kind.INTEGER: {"inputmode": "numeric"},
    Kind.DECIMAL: {"inputmode": "decimal"},
    Kind.PHONE: {"inputmode": "tel", "autocomplete": "off"},
    Kind.IDENTITY: {"autocomplete": "off", "maxlength": "18"},
    Kind.CREDIT_CODE: {"autocomplete": "off", "maxlength": "18"},
}
NO_CHOICE = ("", "—")


class RecordForm(forms.Form):
    """A new record, or the change of one.

    Every field gives text, which is read as a cell of a file would be. Of a known record the
    hidden initial values say what the writer saw, so that only their own changes are written.
    """

    def __init__(
        self, register: Register, viewer: Viewer, row: Any = None, data: Any = None
    ) -> None:
        self.register, self.viewer, self.row = register, viewer, row
        self.conflict: list[dict[str, str]] = []
        self.conflict_words = ""
        self.values: Values = {}
        super().__init__(data.copy() if data is not None else None)
        for column in register.typed_columns:
            self.fields[column.name] = _field(column, row)
            if column.kind is Kind.GRID:
                self._search_grids(self.fields[column.name])
        self.seen_version = getattr(row, "version", None)

    def offer(self, values: Mapping[str, str]) -> None:
        """Fill in what the page before knows already and names in its link."""
        self.initial.update({n: v for n, v in values.items() if n in self.fields})

    def _search_grids(self, field: forms.Field) -> None:
        """Names to choose from as one types; the server is asked where there are too many."""
        field.widget.attrs["placeholder"] = _("Type a part of the name or code")
        if len(self._grids) > MOST_OFFERED:
            url = reverse("registry_grids", args=[self.register.key])
            search = {"get": url, "target": "#grids-offered", "trigger": SEARCH}
            field.widget.attrs |= {f"hx-{n}": value for n, value in search.items()}

    @cached_property
    def _grids(self) -> list[tuple[str, str]]:
        return list(places.known().offered(self.viewer))

    @property
    def offered_grids(self) -> list[tuple[str, str]]:
        """(code, names) to choose from; of too many the highest, which need no script."""
        if all(c.kind is not Kind.GRID for c in self.register.typed_columns):
            return []
        highest = sorted(self._grids, key=lambda grid: (len(grid[0]), grid[0]))
        return sorted(highest[:MOST_OFFERED])

    def hidden(self) -> SafeString:
        """What the writer saw: the version, and the first value of each field."""
        if self.row is None:
            return mark_safe("")
        parts = [str(self[name].as_hidden(only_initial=True)) for name in self.fields]
        version = forms.HiddenInput().render(SEEN, self.seen_version)
        return mark_safe("".join([version, *parts]))  # noqa: S308 - widgets escape

    def clean(self) -> dict[str, Any]:
        """Read the touched fields as cells."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cells = {}
        for column in self.register.typed_columns:
            if column.name in self.errors or not self._is_touched(column):
                continue
            given = cleaned.get(column.name) or ""
            cells[column.name] = "、".join(given) if isinstance(given, list) else given
        reader = Reader(self.register, self.viewer)
        self.values, problems = reader.row(cells, keeps_empty=True)
        for problem in problems:
            self.add_error(problem.column, problem.words)
        return cleaned

    def _is_touched(self, column: Column) -> bool:
        if self.row is None:
            return bool(self.data.get(self.add_prefix(column.name)))
        if self.data.get(f"take-{column.name}") == "theirs":
            return False
        if column.is_sensitive and not self.data.get(column.name):
            return False
        return column.name in self.changed_data

    def save(self, by: User) -> Any | None:
        """Write it; None when it was refused, with the reasons at the fields."""
        seen = self.data.get(SEEN, "")
        version = int(seen) if seen.isascii() and seen.isdigit() else None
        try:
            return self.register.save(self.row, self.values, by=by, version=version)
        except Invalid as error:
            self.refuse(error)
        except Conflict as error:
            self._show_both(error)
        except DomainError as error:
            self.add_error(None, error.message)
        return None

    def refuse(self, error: Invalid) -> None:
        """Say at its fields what is wrong."""
        for name, sentences in error.fields.items():
            at = name if name in self.fields else None
            self.add_error(at, sentences)
        if not error.fields:
            self.add_error(None, error.message)

    def _show_both(self, error: Conflict) -> None:
        """Both values of each field, to choose from; the next try counts from their version."""
        self.conflict_words = error.message
        both = error.extra.get("fields")
        if not isinstance(both, dict) or not both:
            self.add_error(None, error.message)
            return
        theirs = set(error.extra.get("changed") or ())  # type: ignore[call-overload]
        labels = {c.name: str(c.label) for c in self.register.columns}
        self.conflict = [
            {
                "name": n,
                "label": str(labels.get(n, n)),
                "pick": "theirs" if n in theirs else "mine",
                **words,
            }
            for n, words in both.items()
        ]
        self.seen_version = error.extra.get("version")


def _field(column: Column, row: Any) -> forms.Field:
    """The field of one column; of a sensitive value only the masked text is shown."""
    is_known = row is not None
    hides = is_known and column.is_sensitive
    initial: Any = "" if hides or not is_known else _initial(column, row)
    options: dict[str, Any] = {
        "label": column.label,
        "required": column.required and not hides,
        "help_text": _help(column, row) if hides else _hint(column),
        "initial": initial,
        "show_hidden_initial": is_known,
    }
    if column.kind is Kind.MANY:
        return forms.MultipleChoiceField(
            choices=dictionaries.choices(column.dictionary),
            widget=forms.CheckboxSelectMultiple,
            **options,
        )
    return forms.CharField(widget=_widget(column), **options)


def _widget(column: Column) -> forms.Widget:
    if column.kind is Kind.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 4})
    if column.kind is Kind.DATE:
        return DayInput()
    if column.kind is Kind.GRID:
        return forms.TextInput(attrs={"list": "grids-offered", "autocomplete": "off"})
    choices = offered_choices(column)
    if choices is not None:
        return forms.Select(choices=[NO_CHOICE, *choices])
    attrs = dict(PLAIN.get(column.kind, {}))
    if column.max_length and column.kind is Kind.TEXT:
        attrs["maxlength"] = str(column.max_length)
    return forms.TextInput(attrs=attrs)


def offered_choices(column: Column) -> list[tuple[str, Any]] | None:
    """What can be chosen, as (text that is read, label); None where one writes freely."""
    if column.kind is Kind.YES_NO:
        return [("1", _("yes")), ("0", _("no"))]
    if column.kind is Kind.CHOICE:
        return [(str(code), label) for code, label in column.choices]
    if column.kind is Kind.DICTIONARY:
        return list(dictionaries.choices(column.dictionary))
    return None


def _initial(column: Column, row: Any) -> Any:
    """The first value of a field as the text that would be read back."""
    if column.kind in (Kind.CHOICE, Kind.DICTIONARY, Kind.MANY) and column.show is None:
        return getattr(row, column.name, None) or ""
    if column.kind is Kind.YES_NO and column.show is None:
        value = getattr(row, column.name, None)
        return "" if value is None else str(int(value))
    return show.text(column, row)


def _help(column: Column, row: Any) -> Any:
    now = show.safe(column, row)
    if not now:
        return column.note
    return _("Now %(masked)s. Leave it empty to keep it.") % {"masked": now}


def _hint(column: Column) -> Any:
    if column.kind is Kind.GRID and not column.note:
        return gettext_lazy("Code, name, or names from the town down, joined by /.")
    if column.example and not column.note:
        return format_lazy("{} {}", gettext_lazy("Such as"), column.example)
    return column.note
