"""Looking at what is masked: never without a reason, never without a trace."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.errors import Invalid, NotAllowed
from governance.core.events import record
from governance.core.models import User
from grids.actions import access
from grids.models import AccessRecord
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.models import FlaggedRequest, Request, Sending

MAY_UNMASK = (
    "township",
    "district",
    "officer",
    "grid_leader",
    "grid_worker",
    "liaison",
)
REASONS = (
    ("contact", gettext_lazy("To reach the resident about this request")),
    ("visit", gettext_lazy("To find the place")),
    ("identity", gettext_lazy("To tell two residents apart")),
    ("other", gettext_lazy("Another reason, written below")),
)


def may_unmask(user: User) -> bool:
    return scope_of(user).has_role(*MAY_UNMASK)


def unmask(
    request: Request,
    *,
    by: User,
    reason: str,
    words: str = "",
    address: str | None = None,
) -> Request:
    """Note that somebody looks at name and phone of a request, and why; gives the request.

    The event and the auditor's record hold the reason, never what was looked at.

    Raises:
        NotAllowed: the post does not handle requests.
        Invalid: no reason of the list, or "other" without words.
    """
    if not may_unmask(by):
        raise NotAllowed(_("Only those who handle a request may see who asked."))
    if reason not in dict(REASONS):
        raise Invalid(fields={"reason": [_("Choose a reason.")]})
    if reason == "other" and not words.strip():
        raise Invalid(fields={"words": [_("Write the reason in a few words.")]})
    with transaction.atomic():
        data = {"reason": reason, "words": words.strip()[:200]}
        record("request.unmasked", request, by, data)
        access.note(
            AccessRecord.Kind.UNMASK,
            by=by,
            district_id=request.district_id,
            subject=("request", request.pk, request.no),
            fields=["reporter_name", "reporter_phone", "reporter_email"],
            address=address,
            reason=reason,
            words=data["words"],
        )
    return request


@transaction.atomic
def open_sending(
    row: Sending,
    *,
    by: User,
    reason: str,
    words: str = "",
    address: str | None = None,
) -> None:
    """Open the text of a message about a private request to one account for five minutes.

    Raises:
        NotAllowed: not one who may list messages out.
        Invalid: no reason, or "other" without words.
    """
    if not Sending.objects.visible_to(by).filter(pk=row.pk).exists():
        raise NotAllowed(_("This page belongs to other posts than yours."))
    words = access.check_reason(reason, words)
    fields = ["subject", "body"]
    access.note(
        AccessRecord.Kind.UNMASK,
        by=by,
        district_id=row.district_id,
        subject=("sending", row.pk, row.request.no if row.request else row.key),
        fields=fields,
        reason=reason,
        words=words,
        address=address,
        until=timezone.now() + access.OPEN_FOR,
    )
    told = {"reason": reason, "fields": fields, "words": words}
    record("sending.unmasked", row, by, told, thread_id=row.request_id)


@transaction.atomic
def hide(request: Request, *, by: User, reason: str) -> Request:
    """Make a request private: on no public page or map, and for its handlers alone."""
    row, step = base.begin(request, "hide", by)
    _is_decided(row)
    base.move(row, step, by, data={"note": reason}, is_private=True)
    return row


@transaction.atomic
def unhide(request: Request, *, by: User, reason: str) -> Request:
    """Make a private request public again."""
    row, step = base.begin(request, "unhide", by)
    _is_decided(row)
    base.move(row, step, by, data={"note": reason}, is_private=False)
    return row


def _is_decided(row: Request) -> None:
    """A person decides about the request itself: an undo about its category leaves it alone."""
    FlaggedRequest.objects.filter(request=row).delete()
