"""Which department usually answers for a branch of the category tree: a proposal, to be edited."""

from collections.abc import Iterator

from governance.core import dictionary_import
from governance.core.seeds import Seed
from requests_hub.seeds.loop import FOLDER


def dictionaries() -> Iterator[Seed]:
    """One entry a branch, of any level; `data` names the departments by their codes."""
    with (FOLDER / "category_departments.csv").open("rb") as file:
        yield Seed(
            "category_departments",
            "分类对应部门",
            "Departments by category",
            dictionary_import.from_file(file),
        )
