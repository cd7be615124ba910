"""Invented persons with numbers that pass the check and belong to no division."""

from typing import Any

from governance.core.identifiers import identity_check_digit
from grids.actions.households import save_care, save_household
from grids.actions.persons import save_person
from grids.models import CareEntry, Household, Person


def number_of(n: int, birth: str = "19500101", division: str = "999999") -> str:
    """The n-th valid identity number of a division that does not exist."""
    first = f"{division}{birth}{n:03d}"
    return first + identity_check_digit(first)


def make_person(grid: Any, n: int = 1, **values: Any) -> Person:
    """A person in a grid, written by the system."""
    given = {
        "name": "张小明",
        "identity_no": number_of(n),
        "phone": f"1380000{n:04d}",
        "address": f"幸福巷 {n} 号",
        "grid": grid,
        **values,
    }
    return save_person(None, given, by="test")


def make_household(grid: Any, number: str = "H-1", **values: Any) -> Household:
    given = {"number": number, "grid": grid, "address": "幸福巷 8 号 302", **values}
    return save_household(None, given, by="test")


def make_care(person: Person, kind: str = "living_alone", **values: Any) -> CareEntry:
    return save_care(None, {"person": person, "kind": kind, **values}, by="test")
