"""A message that the hotline answered itself goes in as history, as the rows of its first file do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import User
from grids.models import District, Grid
from requests_hub.actions import base, hotline, intake
from requests_hub.hotline import Message
from requests_hub.models import Request
from requests_hub.workflow import CLOSED


def take_over(
    district: District,
    number: str,
    ours: str,
    inputs: Mapping[str, Any],
    *,
    by: User | None,
    reply: str,
    replied_at: datetime | None,
) -> Request:
    """A request that is closed with the hotline's answer at its time; nobody is told.

    Args:
        district: the tenant.
        number: the hotline's own.
        ours: our state behind theirs, one that is over.
        inputs: title, body, occurred_at, category, grid, lon, lat, address and who asked.
        by: the account that hands it over, if any.
        reply: what was answered there.
        replied_at: when.

    Raises:
        Invalid: by field; it was not answered but withdrawn or refused, or a time is missing.
    """
    if ours not in CLOSED:
        words = _("It is over at the hotline without an answer and is not taken in.")
        raise Invalid(fields={"their_state": [words]})
    _check(inputs, reply, replied_at)
    title, body = intake.read_words(inputs["title"], inputs["body"])
    message = Message(
        0,
        number,
        title,
        body,
        inputs["occurred_at"],
        intake.clean_text(reply),
        replied_at,
    )
    hotline.take_in(
        [message],
        district=district,
        place=_placer(district, inputs, by),
        is_history=True,
    )
    # It may be there already, by the hotline's first file.
    return Request.objects.get(
        district=district, channel=hotline.CHANNEL, external_id=number
    )


def _check(inputs: Mapping[str, Any], reply: str, replied_at: datetime | None) -> None:
    wrong: dict[str, list[str]] = {}
    asked_at = inputs["occurred_at"]
    if asked_at is None:
        words = _("What is over goes in with the time at which it was asked.")
        wrong["occurred_at"] = [words]
    if not reply.strip():
        words = _("What is over goes in with the reply that was given.")
        wrong["their_reply"] = [words]
    if replied_at is None:
        words = _("A reply goes with its time, and a time with its reply.")
        wrong["their_replied_at"] = [words]
    elif asked_at is not None and replied_at < asked_at:
        wrong["their_replied_at"] = [_("The reply is older than the message.")]
    elif replied_at > base.now():
        wrong["their_replied_at"] = [_("This time is still to come.")]
    if wrong:
        raise Invalid(fields=wrong)


def _placer(
    district: District, inputs: Mapping[str, Any], by: User | None
) -> hotline.Placer:
    """Where it lies, what it is about and who asked, read as of any other request."""
    phone = intake.read_phone(inputs["reporter_phone"])
    lon, lat = inputs["lon"], inputs["lat"]
    position = intake.read_position(lon, lat, "wgs84", district)
    grid: Grid | int | None = inputs["grid"]
    columns = {
        **intake.read_place(district, position, grid, by),
        "category": inputs["category"],
        "address": inputs["address"].strip(),
        "reporter_name": inputs["reporter_name"].strip(),
        "reporter_phone": phone,
        "phone_hash": intake.phone_hash(phone),
        "is_private": intake.is_sensitive(inputs["category"]),
        "created_by": by,
    }
    found = position or (None, None)
    return lambda _message: (*found, columns)
