"""Matching goes on in the worker; a change of the tree asks for new candidates."""

from governance.core.events import consumer
from governance.core.models import Event
from grids import locate
from grids.actions import net_matching
from grids.models import Grid, LineGrid


@consumer("nets.match", "matchrun.asked", "matchrun.went_on")
def match_a_piece(event: Event) -> None:
    net_matching.go_on(event.subject_id)


@consumer("nets.match_what_was_written", "linegrid.created", "linegrid.changed")
def match_what_was_written(event: Event) -> None:
    """One run takes all rows of an import: the others find it under way."""
    rows = LineGrid.objects.live().select_related("district")
    row = rows.filter(pk=event.subject_id, needs_match=True).first()
    if row is not None:
        net_matching.ask_matching(row.district, row.line, by="matching")


@consumer(
    "nets.look_again",
    "grid.split",
    "grid.merged",
    "grid.moved",
    "grid.recoded",
    "grid.retired",
    "grid.drawn",
)
def look_again(event: Event) -> None:
    """Candidates are looked for anew; what is confirmed was carried along by the change itself."""
    locate.forget()
    named = {event.subject_id, *(s["grid"] for s in event.data.get("shifts", ()))}
    grids = Grid.objects.filter(pk__in=named)
    below = {
        pk
        for grid in grids
        for pk in grid.get_descendants(include_self=True).values_list("pk", flat=True)
    }
    net_matching.look_again(below, because=event.name)
