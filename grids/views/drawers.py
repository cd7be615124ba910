"""A form of one action, as a drawer for scripts and as a page without them; and the way back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from governance.core.action_forms import ActionForm
from governance.core.errors import DomainError
from grids.views.access import is_for

PAGE = "grids/parts/drawer.html"


def can_undo(http: HttpRequest, text: str, url: str) -> None:
    """Say what is now true, with the way back for ten seconds; `url` takes a POST."""
    messages.success(http, text, extra_tags=f"undo:{url}")


def next_of(http: HttpRequest, otherwise: str) -> str:
    """The address in `next`, if it is one of ours."""
    to = http.POST.get("next", "") or http.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, {http.get_host()}, http.is_secure())
    return to if to and is_ours else otherwise


def gone_to(http: HttpRequest, to: str) -> HttpResponse:
    """Lead a browser or a script to another page."""
    if http.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)


def drawer(
    http: HttpRequest,
    form: ActionForm,
    do: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    verb: str,
    back: str,
    said: Callable[[Any], str] | None = None,
    undo: Callable[[Any], str] | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the form; when it is sent, do it and go back.

    Args:
        http: the request; a POST sends the form.
        form: bound on POST.
        do: the action, given the cleaned data; what it refuses is shown in the form.
        title: to whom or about what.
        verb: word of the button.
        back: where to go after it, unless `next` says otherwise.
        said: what is true then, from what `do` returned.
        undo: address that takes it back.
        context: `subtitle`, `about`, `then`, `is_refusal`, `candidates` for the template.
    """
    to = next_of(http, back)
    if http.method == "POST" and form.is_valid():
        try:
            done = do(form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            if said and undo:
                can_undo(http, said(done), undo(done))
            elif said:
                messages.success(http, said(done))
            return gone_to(http, to)
    context |= {"form": form, "title": title, "verb": verb, "back": to}
    context["action"] = http.get_full_path()
    if is_for(http, "drawer"):
        return render(http, f"{PAGE}#drawer", context)  # htmx swaps a 200 only
    return render(http, PAGE, context, status=422 if form.is_bound else 200)
