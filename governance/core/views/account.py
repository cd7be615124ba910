"""What of the sign-in library is not offered."""

from django.http import Http404, HttpRequest, HttpResponse


def closed(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Sign-up, e-mail addresses and resets by mail: administrators do that here."""
    raise Http404
