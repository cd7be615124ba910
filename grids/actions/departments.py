"""The register of departments."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from governance.core import events
from governance.core.events import Actor
from grids.models import Department, District

SEED = Path(__file__).resolve().parent.parent / "data" / "departments.csv"
FIELDS = ("name", "short_name", "name_en", "kind", "duties")


def seed_rows() -> Iterator[dict[str, str]]:
    """The departments of the demo district in official order."""
    with SEED.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load_departments(district: District, *, by: Actor) -> int:
    """Add the seed's departments that are not there yet; what an administrator edited stays.

    Returns how many were added.
    """
    known = set(Department.objects.values_list("code", flat=True))
    added = 0
    for order, row in enumerate(seed_rows(), start=1):
        if row["code"] in known:
            continue
        details = {name: row[name] for name in FIELDS}
        department = Department.objects.create(
            district=district, code=row["code"], order=order * 10, **details
        )
        events.record("department.added", department, by, {"code": department.code})
        added += 1
    return added
