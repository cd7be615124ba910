"""Hints beside a reply while it is written, and drafts from templates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from governance.core.errors import NotHere
from requests_hub import plainwords, replies
from requests_hub.views.access import WORKING, request_or_404, staff


@staff(*WORKING)
@require_http_methods(["GET", "POST"])
def words(http: HttpRequest, no: str) -> HttpResponse:
    """POST `text`: what the resident would read, and hints. GET `template`: its filled draft."""
    row = request_or_404(http, no)
    if http.method == "GET":
        occasion = http.GET.get("occasion", "")
        wanted = http.GET.get("template", "")
        found = [t for t in replies.for_step(row, occasion) if str(t.pk) == wanted]
        if not found:
            raise NotHere("")
        text = replies.filled(found[0].body, row)
        name = "summary" if occasion == "close" else http.GET.get("name", "reply")
    else:
        name = next((n for n in ("reply", "summary", "reason") if n in http.POST), "")
        text = http.POST.get(name, "")[:4000]
    shown = replies.filled(text, row)
    context = {"row": row, "text": text, "shown": shown, "name": name}
    context |= {"hints": plainwords.hints(text), "is_draft": http.method == "GET"}
    return render(http, "requests_hub/parts/words.html", context)
