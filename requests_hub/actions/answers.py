"""What somebody answers to a message about a request: more words, or how it went."""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from governance.core import attachments, crypto
from governance.core.errors import DomainError, IllegalStep
from governance.core.models import Attachment
from requests_hub.actions import base, feedback
from requests_hub.actions.actors import Reporter
from requests_hub.actions.revisits import Answers
from requests_hub.models import Request, Sending
from requests_hub.workflow import CLOSED

# How long after we wrote a text message is taken for its answer.
ANSWERED_WITHIN = timedelta(days=14)
# Only what cannot mean anything else; other words are kept as words.
MEANS = (
    (("1", "１", "满意", "很满意", "非常满意", "已解决", "解决了"), True, "satisfied"),
    (("2", "２", "基本满意"), True, "basically"),
    (("3", "３", "没解决", "未解决", "没有解决"), False, "dissatisfied"),
)


def read(text: str) -> Answers | None:
    """The answer that a message begins with, what follows as its comment; None for plain words."""
    parts = re.split(r"[\s,，。.；;!！:：]+", text.strip(), maxsplit=1)
    for words, is_solved, satisfaction in MEANS:
        if parts[0] in words:
            return Answers(is_solved, satisfaction, "".join(parts[1:]))
    return None


def asked_about(sender: str, channel: str, district_id: int) -> Request | None:
    """The request about which we last wrote to this address, while an answer may be about it."""
    last = (
        Sending.objects.filter(
            request__isnull=False,
            district_id=district_id,
            channel=channel,
            address_hash__in=crypto.every_hash(sender, "channel"),
            created_at__gte=base.now() - ANSWERED_WITHIN,
        )
        .select_related("request")
        .order_by("-id")
        .first()
    )
    return last.request if last and last.request and takes(last.request) else None


def takes(request: Request) -> bool:
    """Whether an answer belongs to it: it is open, merged into one that is, or just closed."""
    if request.state in CLOSED:
        closed = request.closed_at
        return closed is not None and closed >= base.now() - ANSWERED_WITHIN
    return request.state_info.is_open or request.state == "merged"


def answer(request: Request, text: str, *, files: Sequence[Attachment] = ()) -> str:
    """Take an answer; "rated" where it says how it went, else "added".

    Raises:
        DomainError: see `say_more`.
    """
    said = read(text) if request.state == "closed" else None
    if said is None:
        say_more(request, text, files=files)
        return "added"
    try:
        with transaction.atomic():
            feedback.rate(
                request,
                by=Reporter(request.pk),
                is_solved=said.is_solved,
                satisfaction=said.satisfaction,
                comment=said.words,
            )
    except (
        DomainError
    ):  # the time for it is over, or somebody asked by telephone meanwhile
        say_more(request, text, files=files)
        return "added"
    return "rated"


@transaction.atomic
def say_more(request: Request, words: str, *, files: Sequence[Attachment] = ()) -> None:
    """Words that came by another way than the page, in whatever state: history, and the desk.

    While it is open they are details like any others; afterwards the state stays, and the desk
    decides.
    """
    reporter = Reporter(request.pk)
    try:
        with transaction.atomic():
            feedback.add(request, by=reporter, note=words, files=files)
    except IllegalStep:
        row = base.lock_request(request.pk)
        event = base.tell("request.added", row, reporter, {"note": words})
        if files:
            kind = Attachment.Purpose.CHECK
            attachments.bind(files, row, kind, None, event)
