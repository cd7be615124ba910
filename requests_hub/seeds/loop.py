"""The lists that requests need, as files of this app; each is a proposal until confirmed.

`taxonomy.csv` is the category tree of the published message boards, three levels. Three are the
tiles of the phone pages, each pointing at an entry of the tree by `data.category`; and
`deadline_rules.csv` says how long each stage may take (see `deadlines.Limit` for the text).
"""

from collections.abc import Iterator
from pathlib import Path

from governance.core import dictionary_import
from governance.core.seeds import Seed

FOLDER = Path(__file__).parent.parent / "data"


def dictionaries() -> Iterator[Seed]:
    """Every list of this app, read from its file."""
    with (FOLDER / "taxonomy.csv").open("rb") as file:
        entries = dictionary_import.from_levels(file)
    yield Seed("request_category", "诉求分类", "Request categories", entries)
    for code, zh, en in (
        ("public_category", "群众提诉求分类", "Tiles of the public page"),
        ("help_category", "群众要办事分类", "Tiles of the help page"),
        ("field_category", "网格员上报分类", "Tiles of the grid worker"),
        ("deadline_rules", "时限规则", "Time limits"),
    ):
        with (FOLDER / f"{code}.csv").open("rb") as file:
            yield Seed(code, zh, en, dictionary_import.from_file(file))
