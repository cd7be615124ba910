"""Which messages out tell of a private request, and to whom they are shown masked."""

from collections.abc import Iterable

from grids.scoping import Viewer
from requests_hub.models import Request, Sending


def masked(rows: Iterable[Sending], user: Viewer) -> set[int]:
    """Ids of those whose text this person may not read: about a private request of others.

    The rows come with their requests; one statement more when any of these is private.
    """
    private = {
        row.pk: row.request_id for row in rows if row.request and row.request.is_private
    }
    if not private:
        return set()
    mine = Request.objects.visible_to(user).filter(pk__in=set(private.values()))
    seen = set(mine.values_list("pk", flat=True))
    return {pk for pk, request in private.items() if request not in seen}
