"""Records that were just being written while their grid changed follow a moment later."""

from governance.core.events import consumer
from governance.core.models import Event
from grids import following


@consumer(
    "grids.follow_late_records",
    "grid.merged",
    "grid.split",
    "grid.moved",
    "grid.retired",
)
def follow_late_records(event: Event) -> None:
    """Shift what the action could not see yet; mostly nothing is left."""
    following.apply_to_records(following.from_json(event.data.get("shifts", ())))
