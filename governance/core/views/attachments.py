"""The only way out for a file that somebody added."""

from typing import IO

import structlog
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from governance.core import attachments
from governance.core.models import Attachment

log = structlog.get_logger(__name__)
POLICY = "default-src 'none'; sandbox"


def _etag(request: HttpRequest, pk: int) -> str | None:
    """By content and size; asked only of who may see the file."""
    row = _visible(request, pk)
    return f'"{row.sha256[:32]}-{request.GET.get("size", "")[:8]}"'


def _visible(request: HttpRequest, pk: int) -> Attachment:
    row: Attachment | None = getattr(request, "attachment", None)
    if row is None:
        row = Attachment.objects.filter(pk=pk).first()
        if row is None or not attachments.may_see(request, row):
            raise Http404
        request.attachment = row  # type: ignore[attr-defined]  # kept for the second look
    return row


@require_safe
@condition(etag_func=_etag)
def attachment(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A picture, small with `?size=thumb`, or a document as a download; 404 out of scope."""
    row = _visible(request, pk)
    is_thumb = row.is_image and request.GET.get("size") == "thumb"
    try:
        file: IO[bytes] = (
            attachments.open_thumb(row) if is_thumb else attachments.open_bytes(row)
        )
    except FileNotFoundError:
        log.exception("attachment_lost", attachment=row.pk, path=row.path)
        raise Http404 from None
    response = FileResponse(file, as_attachment=not row.is_image, filename=row.name)
    response.headers["Content-Type"] = "image/jpeg" if is_thumb else row.content_type
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
