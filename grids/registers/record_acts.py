"""What stands on the record page of a note and of a resource beside its facts."""

from typing import Any

from django.http import HttpRequest

from governance.core.errors import NotAllowed
from governance.core.models import User
from governance.core.registers import panels
from grids.actions import resources
from grids.models import Department, Resource, Sentiment
from grids.registers import base

MOST = 50


def _pass_on(request: HttpRequest, row: Sentiment) -> dict[str, Any] | None:
    """The departments that could have the note; for who keeps it, until it is closed."""
    user = request.user
    if not isinstance(user, User) or row.ended_on or not base.covers(user, row):
        return None
    if row.state == Sentiment.State.CLOSED:
        return None
    rows = Department.objects.filter(district_id=row.district_id, is_active=True)
    return {"row": row, "departments": list(rows.order_by("order", "pk"))}


def _uses(request: HttpRequest, row: Resource) -> dict[str, Any] | None:
    """Who has part of a resource now, and who had it."""
    user = request.user
    uses = list(row.uses.order_by("-given_back_on", "-pk")[:MOST])
    may_take = isinstance(user, User) and _keeps(row, user)
    if not uses and not may_take:
        return None
    uses.sort(key=lambda use: use.given_back_on is not None)
    return {"row": row, "uses": uses, "may_take": may_take}


def _keeps(row: Resource, user: User) -> bool:
    try:
        resources.check_keeper(row, user)
    except NotAllowed:
        return False
    return row.ended_on is None


FOLDER = "grids/registers"
panels.add("sentiments", panels.Panel(f"{FOLDER}/pass_on.html", _pass_on, order=10))
panels.add("resources", panels.Panel(f"{FOLDER}/uses.html", _uses, order=10))
