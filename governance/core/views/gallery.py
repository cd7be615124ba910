"""Every component in each state, for the staff of a demo."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from governance.core.gallery import panels, signs

PARTS = ("desk", "pages", "phone")


@login_required
def components(request: HttpRequest, part: str = "desk") -> HttpResponse:
    """One part of the gallery; not there outside a demo."""
    if not settings.DEMO or part not in PARTS:
        raise Http404
    context = {"part": part, "parts": PARTS}
    context |= signs.samples() | panels.more()
    return render(request, f"components/gallery/{part}.html", context)
