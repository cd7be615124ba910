"""The queue of what two sources say apart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from governance.core.errors import DomainError, Invalid, NotHere
from grids import feed_lists
from grids.actions import claims as actions
from grids.models import Claim
from grids.views.access import signed_in, staff

READERS = tuple(sorted(feed_lists.READERS))
BOXES = (Claim.State.OPEN, Claim.State.BESIDE, "settled")
SETTLED = (Claim.State.TAKEN, Claim.State.KEPT)


def _rows(request: HttpRequest, box: str) -> list[Claim]:
    rows = Claim.objects.visible_to(request.user).select_related("feed__department")
    rows = rows.filter(state__in=SETTLED if box == "settled" else [box])
    if request.GET.get("feed", "").isdigit():
        rows = rows.filter(feed_id=int(request.GET["feed"][:18]))
    before = request.GET.get("before", "")
    if before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    return list(rows.order_by("-pk")[: feed_lists.PAGE + 1])


@staff(*READERS)
@require_safe
def conflicts(request: HttpRequest) -> HttpResponse:
    """Both values with source and date; take theirs, keep ours, write something else."""
    user = signed_in(request)
    box = request.GET.get("box", "open")
    box = box if box in BOXES else "open"
    found = _rows(request, box)
    page = found[: feed_lists.PAGE]
    words = {
        "open": _("To settle"),
        "beside": _("Kept beside"),
        "settled": _("Settled"),
    }
    context = {
        "rows": feed_lists.claim_rows(page, user),
        "box": box,
        "views": [
            {"label": words[b], "url": f"?box={b}", "is_current": b == box}
            for b in BOXES
        ],
        "next_before": page[-1].pk if len(found) > feed_lists.PAGE else None,
        "toasts": _toasts(request),
        "may_decide": bool(set(actions.DECIDE) & feed_lists.roles_of(user)),
    }
    return render(request, "grids/feeds/conflicts.html", context)


def _toasts(request: HttpRequest) -> list[dict[str, str]]:
    """What was just settled, with the way back."""
    ids = [part for part in request.GET.get("done", "").split("-") if part.isdigit()]
    if not ids:
        return []
    text = ngettext("%(n)s settled", "%(n)s settled", len(ids)) % {"n": len(ids)}
    url = f"{reverse('conflicts_undo')}?done={'-'.join(ids[: feed_lists.PAGE])}"
    return [{"text": text, "undo_url": url}]


def _asked(request: HttpRequest) -> tuple[str, list[str]]:
    """(verb, ids): a button of one row goes before the ticked ones."""
    for verb in ("take", "keep", "write"):
        if request.POST.get(f"{verb}_one", "").isdigit():
            return verb, [request.POST[f"{verb}_one"]]
    return request.POST.get("verb", ""), request.POST.getlist("pick")


@staff(*actions.DECIDE)
@require_POST
def conflicts_decide(request: HttpRequest) -> HttpResponse:
    """Settle one or all ticked."""
    user = signed_in(request)
    verb, ids = _asked(request)
    wanted = [int(pk) for pk in ids if pk.isdigit() and len(pk) < 19][: feed_lists.PAGE]
    rows = list(Claim.objects.visible_to(user).filter(pk__in=wanted))
    if not rows:
        messages.info(request, _("Nothing was ticked."))
        return redirect(_back(request))
    done, words = [], ""
    for row in rows:
        try:
            if verb == "write":
                actions.write_other(
                    row, request.POST.get(f"text_{row.pk}", ""), by=user
                )
            else:
                {"take": actions.take, "keep": actions.keep}[verb](row, by=user)
            done.append(str(row.pk))
        except (DomainError, KeyError) as error:
            words = _words(error)
    if words:
        messages.error(request, words)
    return redirect(_back(request, "-".join(done)))


def _words(error: Exception) -> str:
    if isinstance(error, Invalid) and error.fields:
        return next(iter(error.fields.values()))[0]
    return getattr(error, "message", "") or _("Choose what to do.")


def _back(request: HttpRequest, done: str = "") -> str:
    """The queue as it was, with what was settled in its address."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    plain = reverse("conflicts")
    path = back if safe and back.startswith(plain) else plain
    path = path.split("&done=")[0].split("?done=")[0]
    if not done:
        return path
    return f"{path}{'&' if '?' in path else '?'}done={done}"


@staff(*actions.DECIDE)
@require_POST
def conflicts_undo(request: HttpRequest) -> HttpResponse:
    """Take the last decisions back."""
    user = signed_in(request)
    ids = [int(p) for p in request.GET.get("done", "").split("-") if p.isdigit()]
    rows = Claim.objects.visible_to(user).filter(pk__in=ids[: feed_lists.PAGE])
    if not ids or not rows:
        raise NotHere(_("There is nothing to take back."))
    for row in rows:
        actions.undo(row, by=user)
    messages.info(request, _("Taken back."))
    return redirect("conflicts")
