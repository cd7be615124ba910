"""Taking back the persons that an import made, with the households and houses made for them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from governance.core.errors import Conflict
from governance.core.events import Actor, record
from grids.models import CircleMiss, Household, Person

RECKONED = (CircleMiss,)  # rows that are reckoned anew and are nobody's work


def remove_person(person: Person, *, by: Actor) -> None:
    """Remove a person, then the household and house of the same import if nobody is left there.

    Raises:
        Conflict: somebody has put work on the person since, as an entry of the care list.
    """
    if is_used(person):
        raise Conflict(_("Other records hang on it."))
    source = person.provenance.get("name", {}).get("source")
    around = [each for each in (person.household, person.house) if each is not None]
    _remove(person, by)
    for each in around:
        made_with = {mark["source"] for mark in each.provenance.values()} == {source}
        if made_with and not _lives_there(each) and not is_used(each):
            _remove(each, by)


def is_used(row: Any) -> bool:
    """Whether records that somebody keeps would go with this one."""
    for relation in row._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if getattr(relation, "on_delete", None) is not models.CASCADE:
            continue
        model = relation.related_model
        if not relation.auto_created or model in RECKONED:
            continue
        if model._default_manager.filter(**{relation.field.name: row}).exists():  # noqa: SLF001
            return True
    return False


def _lives_there(home: Any) -> bool:
    if isinstance(home, Household):
        return home.members.exists()
    return home.residents.exists() or Household.objects.filter(house=home).exists()


def _remove(row: Any, by: Actor) -> None:
    name = row._meta.model_name  # noqa: SLF001 - Django's documented API
    record(f"{name}.removed", row, by, {"source": "undo"})
    row.delete()
