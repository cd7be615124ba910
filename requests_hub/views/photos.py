"""Covering parts of a request's picture, and the guarded look at what it was."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.core.errors import DomainError
from governance.core.views.health import client_address
from grids.scoping import scope_of
from requests_hub.actions import privacy, redaction
from requests_hub.forms.boxes import read_boxes
from requests_hub.views.access import DESK, ON_GRID, request_or_404, signed_in, staff

ROWS = 3


@staff(*DESK, *ON_GRID)
@require_http_methods(["GET", "POST"])
def redact(http: HttpRequest, no: str, pk: int) -> HttpResponse:
    """Draw boxes, or write them as numbers; saved, they are burnt in for everybody."""
    row, user = request_or_404(http, no), signed_in(http)
    photo = redaction.photo_of(row, pk)
    error: DomainError | None = None
    if http.method == "POST":
        given = http.POST
        seen = {"reason": given.get("reason", ""), "seen_sha256": given.get("seen", "")}
        try:
            redaction.redact(row, pk, read_boxes(given), by=user, **seen)
        except DomainError as refused:
            error = refused
        else:
            messages.success(http, _("Covered. Everybody sees the new picture now."))
            return redirect("photo_redact", no=row.no, pk=pk)
    context = _context(http, row, photo)
    context["error"] = _words(error) if error else ""
    status = error.status if error else 200
    return render(http, "requests_hub/photos/redact.html", context, status=status)


def _context(http: HttpRequest, row: Any, photo: Any) -> dict[str, Any]:
    rows = zip(
        *(http.POST.getlist(name) for name in ("x", "y", "width", "height")),
        strict=False,
    )
    kept = list(photo.redactions.select_related("by", "undone_by").order_by("-id"))
    boxes = [cells for cells in rows if any(cell.strip() for cell in cells)]
    return {
        "row": row,
        "photo": photo,
        "boxes": [*boxes, *[("", "", "", "")] * max(1, ROWS - len(boxes))],
        "kept": kept,
        "standing": next((one for one in kept if one.undone_at is None), None),
        "may_see_original": scope_of(signed_in(http)).holds(DESK, row),
        "reasons": privacy.REASONS,
    }


def _words(error: DomainError) -> str:
    named = getattr(error, "fields", {})
    return " ".join(s for each in named.values() for s in each) or error.message


@staff(*DESK)
@require_http_methods(["POST"])
def uncover(http: HttpRequest, no: str, pk: int) -> HttpResponse:
    """Take the last covering back, with a reason."""
    row, user = request_or_404(http, no), signed_in(http)
    reason = http.POST.get("why", "")
    try:
        redaction.uncover(row, pk, by=user, reason=reason)
    except DomainError as error:
        context = _context(http, row, redaction.photo_of(row, pk))
        context |= {"undo_error": _words(error)}
        page = "requests_hub/photos/redact.html"
        return render(http, page, context, status=error.status)
    messages.success(http, _("Taken back. Everybody sees the picture as before."))
    return redirect("photo_redact", no=row.no, pk=pk)


@staff(*DESK)
@require_http_methods(["POST"])
def original(http: HttpRequest, no: str, pk: int) -> HttpResponse:
    """The picture as it was sent, once; who looked and why is kept."""
    row, user = request_or_404(http, no), signed_in(http)
    given = http.POST
    try:
        file = redaction.original(
            row,
            pk,
            by=user,
            reason=given.get("reason", ""),
            words=given.get("words", ""),
            address=str(client_address(http)),
        )
    except DomainError as error:
        context = _context(http, row, redaction.photo_of(row, pk))
        context |= {"look_error": _words(error), "given": given}
        page = "requests_hub/photos/redact.html"
        return render(http, page, context, status=error.status)
    kind = redaction.photo_of(row, pk).content_type
    with file:
        answer = HttpResponse(file.read(), content_type=kind)
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
