"""Who may open a staff page. Outside the scope is 404, inside but not allowed is 403."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _

from governance.core.errors import NotHere
from grids.views.access import is_for, signed_in, staff
from requests_hub.models import Proposal, Request, Task, Whistle
from requests_hub.queries.lists import joined

__all__ = [
    "is_for",
    "request_or_404",
    "signed_in",
    "staff",
    "task_or_404",
    "whistle_or_404",
]
DESK = ("township", "district")
ON_GRID = ("grid_leader", "grid_worker", "liaison")
WORKING = (*DESK, *ON_GRID, "officer")
READING = (*WORKING, "leader", "admin", "auditor")


def request_or_404(http: HttpRequest, no: str) -> Request:
    """The request of that number, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    asked = Proposal.objects.filter(request=OuterRef("pk"))
    rows = joined(Request.objects.visible_to(http.user))
    rows = rows.annotate(has_proposals=Exists(asked))
    row: Request | None = rows.filter(no=no).first()
    if row is None:
        raise NotHere(_("There is no request with this number in your area."))
    return row


def whistle_or_404(http: HttpRequest, pk: int) -> Whistle:
    """The whistle of that id, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    rows = joined(Whistle.objects.visible_to(http.user), "request__")
    row: Whistle | None = (
        rows.select_related("request", "blown_by").filter(pk=pk).first()
    )
    if row is None:
        raise NotHere(_("There is no such whistle in your area."))
    return row


def task_or_404(http: HttpRequest, pk: int) -> Task:
    """The task of that id, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    rows = joined(Task.objects.visible_to(http.user), "request__")
    rows = rows.select_related("department", "holder", "whistle")
    row: Task | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such task in your area."))
    return row
