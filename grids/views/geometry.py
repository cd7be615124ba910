"""Polygons for maps, open to everybody: the public form shows the schematic map."""

import gzip

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from grids import geometry as drawing


@require_safe
def geometry(request: HttpRequest, code: str) -> HttpResponse:
    """GeoJSON of the children of a grid, or of a district's towns; ETag by version."""
    tag = drawing.tag(code)
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        body = drawing.zipped(code)
        if body is None:
            raise Http404
        takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(
            body if takes_gzip else gzip.decompress(body),
            content_type="application/geo+json",
        )
        if takes_gzip:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
