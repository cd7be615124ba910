"""What is like a request: beside it at the desk, and before a resident sends one more."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core import ratelimit
from governance.core.errors import DomainError, Invalid
from requests_hub import visitors
from requests_hub.actions import supporters
from requests_hub.forms_public import LookForm, MeTooForm
from requests_hub.models import Request
from requests_hub.panels import similar as panels
from requests_hub.views.access import READING, request_or_404, signed_in, staff

SALT = "requests_hub.me_too"
LINK_SECONDS = 86400
LOOKS = "300/h"


@staff(*READING)
@require_safe
def similar(http: HttpRequest, no: str) -> HttpResponse:
    """A part of the request's page, asked for apart: it reads many words."""
    row = request_or_404(http, no)
    context = panels.beside(row, signed_in(http))
    return render(http, "requests_hub/parts/similar.html", context)


@require_POST
def before_sending(http: HttpRequest) -> HttpResponse:
    """Open public requests like the words typed so far; nothing is kept."""
    ratelimit.hit("similar", visitors.address_of(http), LOOKS)
    form = LookForm(http.POST, kind=http.POST.get("kind", "problem"))
    form.is_valid()
    found = panels.public(
        visitors.district(),
        body=form.cleaned_data.get("body", ""),
        position=form.position,
        category=form.request_category,
    )
    rows = [
        (near, signing.dumps(near.request.pk, salt=SALT))
        for near in panels.strangers(found)
    ]
    return render(http, "requests_hub/public/_similar.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def me_too(http: HttpRequest, token: str) -> HttpResponse:
    """Say that one has the same trouble, with a phone to be told when it is done."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return render(http, "requests_hub/public/me_too_gone.html", status=410)
    row = get_object_or_404(Request, pk=pk, is_private=False)
    form = MeTooForm(http.POST if http.method == "POST" else None)
    context: dict[str, Any] = {"row": row, "form": form, "near": panels.shown(row)}
    if http.method == "POST" and form.is_valid():
        return _counted(http, row, form, context)
    status = 422 if form.is_bound else 200
    return render(http, "requests_hub/public/me_too.html", context, status=status)


def _counted(
    http: HttpRequest, row: Request, form: MeTooForm, context: dict[str, Any]
) -> HttpResponse:
    browser = visitors.browser_of(http)
    try:
        visitors.count_intake(http, form.cleaned_data["phone"])
        said, is_new = supporters.me_too(
            row,
            visitor=browser,
            phone=form.cleaned_data["phone"],
            by=visitors.account(http),
        )
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        for sentence in fields.get("reporter_phone", []):
            form.add_error("phone", sentence)
        if not fields:
            form.add_error(None, error.message)
        page = "requests_hub/public/me_too.html"
        return render(http, page, context, status=error.status)
    url = http.build_absolute_uri(reverse("follow_code", args=[said.follow_code]))
    context |= {"is_new": is_new, "count": panels.shown(row).people}
    context |= {"code": said.follow_code, "url": url}
    answer = render(http, "requests_hub/public/me_too_done.html", context)
    visitors.remember_browser(answer, browser)
    visitors.remember_code(answer, said.follow_code)
    return answer
