"""Registers: records that people keep, each declared once.

One declaration (`spec.Register`) gives a list with filters, a form, a record page, an Excel
template, an import with preview, an export with the same columns, a print and an API. It knows no
app: an app declares its registers in `<app>/registers/<topic>.py` and calls `add()`; the module
is found through the app's `registers` package.
"""

from governance.core.registers.spec import (
    Choice,
    Column,
    Kind,
    Register,
    add,
    every,
    find,
)

__all__ = ["Choice", "Column", "Kind", "Register", "add", "every", "find"]
