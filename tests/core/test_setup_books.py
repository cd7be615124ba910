"""The Excel files from which the browser test sets up a district."""

import io
import zipfile
from typing import Any

from tests.data.make_books import FOLDER, files


def test_the_books_are_what_their_maker_makes() -> None:
    for name, data in files().items():
        kept = (FOLDER / name).read_bytes()
        if name.endswith(".xlsx"):
            kept, data = _inside(kept), _inside(data)
        assert kept == data, name


def _inside(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}
