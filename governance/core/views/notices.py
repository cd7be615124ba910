"""The list of notices, and marking them read."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from governance.core import notices
from governance.core.models import Notice, User

PAGE_SIZE = 50


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """My notices, newest first; `?box=unread` leaves out what was read, `?before=` pages."""
    user = cast(User, request.user)
    is_unread_only = request.GET.get("box") == "unread"
    rows = Notice.objects.filter(user=user).order_by("-id")
    if is_unread_only:
        rows = rows.unread()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE_SIZE + 1])
    context = {
        "notices": found[:PAGE_SIZE],
        "next_before": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "is_unread_only": is_unread_only,
        "unread": notices.unread_count(user),
    }
    return render(request, "core/notices/list.html", context)


@login_required
@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one read and go where it leads."""
    user = cast(User, request.user)
    notice = get_object_or_404(Notice, pk=pk, user=user)
    notices.mark_read(user, pk)
    return redirect(notice.url or "notices")


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all read."""
    notices.mark_read(cast(User, request.user))
    return redirect("notices")
