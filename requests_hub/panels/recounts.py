"""The page of recounts: which figures differed, in words."""

from typing import Any

from django.utils.translation import gettext as _

from grids.models import Grid
from requests_hub.assessment.indicators import ABOUT, LABELS
from requests_hub.models import StatCheck
from requests_hub.workflow import GRID_TASK, REQUEST, WHISTLE_TASK

MACHINES = {"r": REQUEST, "to": REQUEST, "t": WHISTLE_TASK, "g": GRID_TASK}


def differing(check: StatCheck) -> list[dict[str, Any]]:
    """The cells of `check` that differ, each with `words` of its measure and its `place`."""
    ids = {cell["place_id"] for cell in check.differences}
    places = dict(Grid.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [
        {
            **cell,
            "words": measure_words(cell["measure"]),
            "place": places.get(cell["place_id"], cell["place_id"]),
        }
        for cell in check.differences
    ]


def measure_words(measure: str) -> str:
    """How people call a measure of the statistics; the measure itself where nobody does."""
    name = measure.removeprefix(ABOUT)
    if name in LABELS:
        words = _("%(count)s (of a department)") if name != measure else "%(count)s"
        return words % {"count": LABELS[name]}
    kind, _colon, state = measure.partition(":")
    if kind not in MACHINES or state not in dict(MACHINES[kind].choices):
        return measure
    sentences = {
        "r": _("Requests that are: %(state)s"),
        "to": _("Requests that came to be: %(state)s"),
        "t": _("Departments' tasks that are: %(state)s"),
        "g": _("Tasks of grids that are: %(state)s"),
    }
    return sentences[kind] % {"state": MACHINES[kind][state].label}
