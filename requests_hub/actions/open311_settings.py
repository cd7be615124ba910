"""How the district offers its categories by Open311, and what each asks."""

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.events import Actor
from governance.core.registers.spec import Values
from grids.registers import base
from requests_hub.actions.clients import in_district
from requests_hub.models import Open311Question, Open311Service

LISTS = (Open311Question.Datatype.SINGLE, Open311Question.Datatype.MULTI)


def save_service(
    row: Open311Service | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Open311Service:
    """Say how a category is offered; see `base.write` for what is refused."""
    values = in_district(row, values, by)
    return base.write(
        row, Open311Service, values, by=by, source=source, version=version
    )


def save_question(
    row: Open311Question | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Open311Question:
    """Enter a question, or change it.

    Raises:
        Invalid: "choices" of a list are empty or repeat a key. NotAllowed, Conflict.
    """
    values = in_district(row, values, by)
    whole = {
        name: values.get(name, getattr(row, name, ""))
        for name in ("datatype", "choices")
    }
    if whole["datatype"] in LISTS:
        keys = [k for k, _w in Open311Question(choices=whole["choices"] or "").values]
        if not keys or len(keys) != len(set(keys)):
            words = _("Write one answer a line as key = words, each key once.")
            raise Invalid(fields={"choices": [words]})
    return base.write(
        row, Open311Question, values, by=by, source=source, version=version
    )
