"""The processing sheet on paper: what each box of it says."""

from typing import Any

import segno
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from governance.core import attachments
from governance.core.models import Event, User
from requests_hub import history
from requests_hub.models import Request
from requests_hub.panels.detail import crumbs
from requests_hub.workflow import SATISFACTION

SIGNED = {
    "request.accepted": "accepted",
    "request.dispatched": "dispatched",
    "request.whistled": "dispatched",
    "request.replied": "dispatched",
    "request.verified": "checked",
    "request.reworked": "checked",
    "request.closed": "closed",
}


def sheet(row: Request, user: User, address: str) -> dict[str, Any]:
    """The sheet's context; tasks, events and files are one statement each.

    Args:
        row: the request.
        user: who prints.
        address: what the QR code opens; it asks for a sign-in.
    """
    tasks = [t for t in history.tasks_of(row) if t.round == row.round]
    signed = _signatures(row)
    files = [file for file in attachments.of(row) if file.is_image]
    before = [f for f in files if f.purpose == "before"][:1]
    after = [f for f in files if f.purpose in ("after", "check")][-1:]
    places = crumbs(row)
    return {
        "row": row,
        "tasks": tasks,
        "replies": [t for t in tasks if t.reply],
        "officers": "、".join(dict.fromkeys(str(t.holder) for t in tasks if t.holder)),
        "units": "、".join(str(t.department) for t in tasks if t.department),
        "signed": signed,
        "proofs": [*before, *after],
        "places": places,
        "code": places[-1].code if places else "",
        "ratings": [
            {"label": label, "is_on": row.satisfaction == code}
            for code, label in SATISFACTION
        ],
        "due_at": max((t.due_at for t in tasks if t.due_at), default=row.due_at),
        "qr": qr(address),
        "printed_at": timezone.localtime(),
        "printed_by": user,
    }


def _signatures(row: Request) -> dict[str, Event]:
    """The latest event of each box that a person signs, in the present round."""
    out: dict[str, Event] = {}
    events = Event.objects.thread(row.pk).select_related("actor")
    for event in events:
        if event.name == "request.reopened":
            break
        box = SIGNED.get(event.name)
        if box and box not in out:
            out[box] = event
    return out


def qr(text: str) -> SafeString:
    """A QR code as SVG without styles or scripts."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=0)
    return mark_safe(svg)  # noqa: S308 - made here of squares only
