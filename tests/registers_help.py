"""Files for the tests of imports: sheets made on the spot, a storage of their own."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pytest_django import Settings


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """Where stored files lie while the test runs."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    return tmp_path / "media"


def xlsx(
    rows: Sequence[Sequence[Any]],
    change: Callable[[Workbook], None] | None = None,
    title: str = "人员",
) -> bytes:
    """An Excel file of these rows; `change` may damage it before it is saved."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
