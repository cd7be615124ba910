"""Records that were just being written while their grid changed follow a moment later."""

from governance.core.events import consumer
from governance.core.models import Event
from grids import following
from grids.actions import tree_uploads


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


@consumer("grids.read_tree_files", "grid.upload_received")
def read_tree_files(event: Event) -> None:
    """Read a large file of the tree."""
    tree_uploads.read_later(event.subject_id)


@consumer("grids.carry_out_tree_files", "grid.upload_confirmed")
def carry_out_tree_files(event: Event) -> None:
    """Write a long file of the tree, in one transaction."""
    tree_uploads.run_later(event.subject_id)
