"""A day in a form: the browser's own calendar, and the one way of writing that it reads."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """The browser's calendar. It takes a value as 2026-11-23 alone, whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, picked in the browser's calendar."""

    widget = DayInput
