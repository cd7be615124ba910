"""Kinds of sites, what they offer and how one gets in; read from `data/dictionaries/`.

`data.counts` of a kind says whether its sites make up the 15-minute circle.
"""

from collections.abc import Iterator
from pathlib import Path

from governance.core import dictionary_import
from governance.core.seeds import Seed

FOLDER = Path(__file__).parent.parent / "data" / "dictionaries"
LISTS = (
    ("site_kinds", "阵地类型", "Kinds of sites"),
    ("site_services", "阵地服务项目", "Services of sites"),
    ("site_access", "阵地便利设施", "Access to sites"),
)


def dictionaries() -> Iterator[Seed]:
    for code, zh, en in LISTS:
        with (FOLDER / f"{code}.csv").open("rb") as file:
            yield Seed(code, zh, en, dictionary_import.from_file(file))
