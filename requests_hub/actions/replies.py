"""Keeping reply templates."""

from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids.registers import base
from grids.scoping import posts_of
from requests_hub import replies
from requests_hub.models import ReplyTemplate

KEEPERS = frozenset({"district", "township", "officer"})


def save_template(
    row: ReplyTemplate | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> ReplyTemplate:
    """Add a reply template or change one. A township's is its own, any other the district's.

    Raises:
        Invalid: "body" with a placeholder that there is not; what `base.write` refuses.
        NotAllowed: the writer is posted nowhere here.
    """
    if "body" in values:
        replies.check_placeholders(str(values["body"]))
    if row is None:
        values = {**values, **_home(by, values)}
    return base.write(row, ReplyTemplate, values, by=by, source=source, version=version)


def _home(by: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """Place columns: the town of a township's post, else the district as a whole."""
    if "district_id" in values:
        return {}
    posts = posts_of(by) if isinstance(by, User) else ()
    for post in posts:
        if post.role in KEEPERS:
            none = dict.fromkeys(base.PLACE_FIELDS)
            town = post.grid_id if post.role == "township" else None
            return {**none, "district_id": post.district_id, "large_id": town}
    raise NotAllowed(_("You are posted in no district."))
