"""Messages of the hotline go in by batches; the same number is one request, for ever."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from governance.core.events import Fact, record_many
from governance.core.ids import reserve_ids
from grids import locate
from grids.models import District, Grid, GridShape
from requests_hub import codes
from requests_hub.actions import base
from requests_hub.actions.intake import title_of
from requests_hub.hotline import Message
from requests_hub.models import ImportRun, Request
from requests_hub.workflow import REQUEST

CHANNEL = Request.Channel.HOTLINE
ACTOR = "hotline"
Spot = tuple[float | None, float | None, dict[str, Any]]
Placer = Callable[[Message], Spot]


@dataclass(frozen=True)
class Batch:
    """What came of one batch: rows added, and rows that were there already."""

    added: int
    repeated: int


@transaction.atomic
def import_batch(
    messages: Sequence[Message],
    *,
    district: District,
    place: Placer,
    run: ImportRun,
    is_history: bool = False,
) -> Batch:
    """Put good messages in, with their events, and note in the run how far it came.

    Ten statements at most, whatever the size. Deadlines run from now; when the message was
    written is kept as `occurred_at`.

    With `is_history` a message was received when it was written, and one that was answered is
    closed with that answer at its time; nobody is told. What was not answered is still to be
    done: its deadlines run from now, because nobody here could have done it before.
    """
    fresh = take_in(messages, district=district, place=place, is_history=is_history)
    wrong = sum(bool(m.fault) for m in messages)
    done = Batch(len(fresh), len(messages) - wrong - len(fresh))
    run.done += len(messages)
    run.added += done.added
    run.repeated += done.repeated
    run.wrong += wrong
    run.save(update_fields=["done", "added", "repeated", "wrong"])
    return done


@transaction.atomic
def take_in(
    messages: Sequence[Message],
    *,
    district: District,
    place: Placer,
    is_history: bool = False,
) -> list[Request]:
    """Insert those good messages that are not there yet, with their events; gives their rows.

    The third part of what `place` gives are columns of the request: where it lies, and what
    else is known of it.
    """
    good = {m.external_id: m for m in messages if not m.fault}
    # Said aloud, because the index has no empty numbers and the planner does not read a list
    # of more than a hundred: without it every batch reads the whole table.
    here = Request.objects.filter(~Q(external_id=""), external_id__in=list(good))
    here = here.filter(district=district, channel=CHANNEL)
    known = set(here.values_list("external_id", flat=True))
    fresh = [m for key, m in good.items() if key not in known]
    requests = _rows(fresh, district, place, is_history=is_history)
    Request.objects.bulk_create(requests)
    record_many([_submitted(request, is_history) for request in requests])
    _carry_over([request for request in requests if request.closed_at])
    return requests


def _rows(
    messages: Sequence[Message],
    district: District,
    place: Placer,
    *,
    is_history: bool,
) -> list[Request]:
    moment = base.now()
    running = {**base.clock("accept", moment), **base.close_clock("close", moment)}
    ids, follow_codes = reserve_ids(len(messages)), _codes(len(messages))
    rows = []
    for pk, code, message in zip(ids, follow_codes, messages, strict=True):
        lon, lat, columns = place(message)
        is_over = is_history and message.is_answered
        received = message.posted_at if is_history and message.posted_at else moment
        rows.append(
            Request(
                pk=pk,
                follow_code=code,
                channel=CHANNEL,
                external_id=message.external_id,
                title=(message.subject or title_of(message.body))[:120],
                body=message.body,
                lon=lon,
                lat=lat,
                occurred_at=message.posted_at,
                submitted_at=received,
                stage_at=received,
                **(_answered(message, received) if is_over else running),
                **{"district_id": district.pk, **columns},
            )
        )
    return rows


def _answered(message: Message, received: datetime) -> dict[str, Any]:
    """The columns of one that was answered elsewhere; its state follows by the step."""
    return {
        "route": Request.Route.HOTLINE,
        "reply": message.reply,
        "checked_at": message.replied_at,
        "closed_at": message.replied_at,
        **base.close_clock("close", received),
    }


def _carry_over(requests: Sequence[Request]) -> None:
    """Close what was answered elsewhere, each at its own time."""
    if not requests:
        return
    step = REQUEST.take("submitted", "carry_over")
    rows = Request.objects.filter(pk__in=[request.pk for request in requests])
    rows.update(state=step.target, stage_at=F("closed_at"))
    data = {"from": "submitted", "to": step.target, "step": step.name}
    name = f"request.{step.effects.event}"
    record_many(
        [
            Fact(name, request, ACTOR, data, occurred_at=request.closed_at)
            for request in requests
        ]
    )


def _codes(count: int) -> list[str]:
    """So many free follow-up codes."""
    found: set[str] = set()
    while len(found) < count:
        fresh = {codes.make() for _n in range(count - len(found))} - found
        taken = Request.objects.filter(follow_code__in=fresh)
        found |= fresh - set(taken.values_list("follow_code", flat=True))
    return list(found)


def _submitted(request: Request, is_history: bool) -> Fact:
    data: dict[str, Any] = {
        "to": "submitted",
        "step": "submit",
        "channel": CHANNEL,
        **base.clock_data(vars(request)),
    }
    if is_history:
        data["is_history"] = True
    moment = request.submitted_at
    return Fact("request.submitted", request, ACTOR, data, occurred_at=moment)


def at_town(town: Grid) -> Placer:
    """Everything lies at the desk of one town."""
    return lambda _message: (None, None, {"large_id": town.pk})


def scattered(district: District, seed: int) -> Placer:
    """Demo positions inside micro grids; the same seed and message give the same place.

    Raises:
        ValueError: no micro grid has a polygon.
    """
    rows = GridShape.objects.filter(
        grid__district=district, grid__level="micro", grid__retired_on__isnull=True
    ).order_by("grid_id")
    boxes = list(
        rows.values_list("grid_id", "min_lon", "min_lat", "max_lon", "max_lat")
    )
    if not boxes:
        raise ValueError("no micro grid has a polygon")

    def place(message: Message) -> Spot:
        chance = random.Random(f"{seed}:{message.external_id}")  # noqa: S311 - demo positions
        for _try in range(200):
            grid_id, west, south, east, north = chance.choice(boxes)
            lon = round(chance.uniform(west, east), 6)
            lat = round(chance.uniform(south, north), 6)
            found = locate.locate(lon, lat, district=district)
            if found is not None and found.grid_id == grid_id:
                return lon, lat, found.ids
        return None, None, locate.place_of(boxes[0][0]).ids

    return place


__all__ = ["Batch", "at_town", "import_batch", "scattered"]
