"""Messages of the 12345 hotline by its own numbers and states; a repeat changes nothing.

What their states mean is a table that the district keeps (`HotlineState`). A state that is not in
it is a fault of the row, never a guess.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import DomainError, Invalid
from governance.core.events import Actor
from governance.core.models import Event, User
from governance.core.registers.spec import Values
from grids.models import District
from grids.registers import base as records
from grids.scoping import posts_of
from requests_hub.actions import answers, feedback, hotline_history, intake
from requests_hub.actions.actors import Reporter
from requests_hub.actions.clients import in_district
from requests_hub.categories import CATEGORIES
from requests_hub.models import HotlineMessage, HotlineState, Request
from requests_hub.workflow import REQUEST

# What is taken over from the hotline besides new messages; other states are only noted.
STEPS: dict[str, Callable[..., Request]] = {
    "withdrawn": feedback.withdraw,
    "reopened": feedback.reopen,
}


USUAL: tuple[tuple[str, str, bool], ...] = (
    ("待签收", "submitted", True),
    ("已受理", "accepted", True),
    ("办理中", "handling", True),
    *(
        ("办理中", ours, False)
        for ours in (
            "verify", "dispatched", "signed", "whistled", "held", "replied", "checking",
            "reworked",
        )
    ),
    ("已办结", "closed", True),
    ("已办结", "revisited", False),
    ("已退回", "rejected", True),
    ("已撤单", "withdrawn", True),
    ("重办", "reopened", True),
)  # fmt: skip


def propose_states(district_id: int) -> int:
    """Fill an empty table with usual words, to be compared with the hotline's own; gives how many."""
    if HotlineState.objects.filter(district_id=district_id).exists():
        return 0
    for theirs, ours, is_read in USUAL:
        values = {"theirs": theirs, "ours": ours, "is_read": is_read, "is_told": True}
        nowhere = {**dict.fromkeys(records.PLACE_FIELDS), "district_id": district_id}
        save_state(None, {**values, **nowhere}, by="system")
    return len(USUAL)


def save_state(
    row: HotlineState | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> HotlineState:
    """Say which of their states is which of ours; see `base.write` for what is refused.

    Raises:
        Invalid: "ours" is no state of a request.
    """
    values = in_district(row, values, by)
    if "ours" in values and values["ours"] not in dict(REQUEST.choices):
        raise Invalid(fields={"ours": [_("There is no such state.")]})
    return records.write(
        row, HotlineState, values, by=by, source=source, version=version
    )


def meaning(district_id: int, word: str) -> str:
    """Our state behind a word of theirs; an empty word is a new message.

    Raises:
        Invalid: field "their_state": the word is not in the table.
    """
    if not word:
        return "submitted"
    rows = HotlineState.objects.live().filter(district_id=district_id, is_read=True)
    found = rows.filter(theirs=word).values_list("ours", flat=True).first()
    if found is None:
        raise Invalid(fields={"their_state": [unknown(word)]})
    return str(found)


def unknown(word: str) -> str:
    words = _("The state “%(word)s” is not in the table of the hotline's states.")
    return words % {"word": word}


def told_as(request: Request) -> str:
    """Our state in the hotline's word; empty where the table has none to tell."""
    rows = HotlineState.objects.live().filter(
        district_id=request.district_id, is_told=True, ours=request.state
    )
    return str(rows.values_list("theirs", flat=True).first() or "")


def receive(
    row: HotlineMessage | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> HotlineMessage:
    """Take one message in, or what is new of it: a newer state, other words.

    The words of the request stay as they were; other words under a known number are added to it,
    each text once.

    `values`: number, their_state, title, body, occurred_at, reporter_name, reporter_phone,
    address, category (a code), grid, lon, lat, for one that is over there their_reply and
    their_replied_at, and district_id where `by` is no account.

    Raises:
        Invalid: by column; an unknown state, or one that is not possible here.
    """
    district_id = _district_of(row, values, by)
    word = str(values.get("their_state", row.their_state if row else "") or "").strip()
    ours = meaning(district_id, word)
    with transaction.atomic():
        known = row or _known(district_id, str(values.get("number", "")))
        if known is not None:
            has_more = _add_words(known, values)
            known = _follow(known, word, ours, by=by, version=version, source=source)
            known.has_more = has_more
            return known
        return _take_in(district_id, values, word, ours, by=by, source=source)


def _district_of(row: HotlineMessage | None, values: Values, by: Actor) -> int:
    if row is not None:
        return row.district_id
    if isinstance(by, User):
        for post in posts_of(by):
            return post.district_id
    if values.get("district_id"):
        return int(values["district_id"])
    return District.objects.get(code=settings.DISTRICT_CODE).pk


def _known(district_id: int, number: str) -> HotlineMessage | None:
    rows = HotlineMessage.objects.filter(district_id=district_id, number=number)
    return rows.select_related("request").first()


def _take_in(
    district_id: int, values: Values, word: str, ours: str, *, by: Actor, source: str
) -> HotlineMessage:
    number = str(values.get("number", "")).strip()
    if not 0 < len(number) <= 80:
        raise Invalid(fields={"number": [_("The message has no usable number.")]})
    made = _request(district_id, number, values, ours, by=by)
    columns = {"number": number, "their_state": word, "request": made}
    return records.write(
        None, HotlineMessage, {**columns, **made.place_ids}, by=by, source=source
    )


def _request(
    district_id: int, number: str, values: Values, ours: str, *, by: Actor
) -> Request:
    """A new request in the queue; what is over there already is taken over as history."""
    district = District.objects.get(pk=district_id)
    person = by if isinstance(by, User) else None
    inputs = _inputs(values, by)
    if REQUEST[ours].is_open:
        return intake.submit_request(
            district=district,
            channel=Request.Channel.HOTLINE,
            by=person,
            external_id=number,
            **inputs,
        ).request
    return hotline_history.take_over(
        district,
        number,
        ours,
        inputs,
        by=person,
        reply=str(values.get("their_reply") or ""),
        replied_at=values.get("their_replied_at"),
    )


def _inputs(values: Values, by: Actor) -> dict[str, Any]:
    names = ("title", "body", "reporter_name", "reporter_phone", "address")
    found: dict[str, Any] = {name: str(values.get(name) or "") for name in names}
    for name in ("lon", "lat"):
        value = values.get(name)
        found[name] = None if value in (None, "") else float(value)
    code = values.get("category") or ""
    category = dictionaries.item(CATEGORIES, code) if code else None
    if code and category is None:
        raise Invalid(fields={"category": [_("There is no such category.")]})
    grid = values.get("grid")
    if grid is not None and isinstance(by, User):
        records.place({"grid": grid}, by)  # inside the writer's area
    return {
        **found,
        "category": category,
        "grid": grid,
        "occurred_at": values.get("occurred_at"),
    }


def _add_words(known: HotlineMessage, values: Values) -> bool:
    """Whether their text is another one than those we have; it is added to the request then."""
    text = intake.clean_text(str(values.get("body") or ""))
    request = known.request
    if not text or text in (request.body, request.title):
        return False
    told = Event.objects.thread(request.pk).filter(
        name="request.added", data__note=text
    )
    if told.exists():
        return False
    answers.say_more(request, text[: intake.LONGEST_BODY])
    return True


def _follow(
    known: HotlineMessage,
    word: str,
    ours: str,
    *,
    by: Actor,
    version: int | None,
    source: str,
) -> HotlineMessage:
    """Their newer state: withdrawn and asked for again are done here too, others noted."""
    if word == known.their_state or not word:
        return known
    step = STEPS.get(ours)
    if step is not None and known.request.state != ours:
        extra = {"reason": _("Asked for again at the hotline.")}
        note = {"note": _("Withdrawn at the hotline.")}
        told = extra if ours == "reopened" else note
        try:
            step(known.request, by=Reporter(known.request_id), **told)
        except DomainError as error:
            raise Invalid(fields={"their_state": [error.message]}) from None
    columns = {"their_state": word}
    return records.write(
        known, HotlineMessage, columns, by=by, source=source, version=version
    )
