"""Messages of the hotline go in by batches; the same number is one request, for ever."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from governance.core.ids import reserve_ids
from governance.core.models import Event
from grids import locate
from grids.models import District, Grid, GridShape
from requests_hub import codes, deadlines
from requests_hub.actions import base
from requests_hub.actions.intake import title_of
from requests_hub.hotline import Message
from requests_hub.models import ImportRun, Request

CHANNEL = Request.Channel.HOTLINE
Spot = tuple[float | None, float | None, dict[str, int | None]]
Placer = Callable[[Message], Spot]


@dataclass(frozen=True)
class Batch:
    """What came of one batch: rows added, and rows that were there already."""

    added: int
    repeated: int


@transaction.atomic
def import_batch(
    messages: Sequence[Message], *, district: District, place: Placer, run: ImportRun
) -> Batch:
    """Put good messages in, with one event each, and note in the run how far it came.

    Eight statements whatever the size. Deadlines run from now; when the message was written is
    kept as `occurred_at`.
    """
    good = {m.external_id: m for m in messages if not m.fault}
    # Said aloud, because the index has no empty numbers and the planner does not read a list
    # of more than a hundred: without it every batch reads the whole table.
    here = Request.objects.filter(~Q(external_id=""), external_id__in=list(good))
    here = here.filter(district=district, channel=CHANNEL)
    known = set(here.values_list("external_id", flat=True))
    fresh = [m for key, m in good.items() if key not in known]
    requests = _rows(fresh, district, place)
    Request.objects.bulk_create(requests)
    Event.objects.bulk_create(_event(request) for request in requests)
    wrong = sum(bool(m.fault) for m in messages)
    done = Batch(len(fresh), len(messages) - wrong - len(fresh))
    run.done += len(messages)
    run.added += done.added
    run.repeated += done.repeated
    run.wrong += wrong
    run.save(update_fields=["done", "added", "repeated", "wrong"])
    return done


def _rows(
    messages: Sequence[Message], district: District, place: Placer
) -> list[Request]:
    moment, limit = base.now(), deadlines.limit("accept")
    due_at = limit.after(moment)
    ids, follow_codes = reserve_ids(len(messages)), _codes(len(messages))
    rows = []
    for pk, code, message in zip(ids, follow_codes, messages, strict=True):
        lon, lat, columns = place(message)
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
                submitted_at=moment,
                stage_at=moment,
                due_from_at=moment,
                limit=str(limit),
                due_at=due_at,
                **{"district_id": district.pk, **columns},
            )
        )
    return rows


def _codes(count: int) -> list[str]:
    """So many free follow-up codes."""
    found: set[str] = set()
    while len(found) < count:
        fresh = {codes.make() for _n in range(count - len(found))} - found
        taken = Request.objects.filter(follow_code__in=fresh)
        found |= fresh - set(taken.values_list("follow_code", flat=True))
    return list(found)


def _event(request: Request) -> Event:
    return Event(
        name="request.submitted",
        subject_type="request",
        subject_id=request.pk,
        thread_id=request.pk,
        district_id=request.district_id,
        actor_label="hotline",
        data={
            "to": request.state,
            "step": "submit",
            "channel": CHANNEL,
            "limit": request.limit,
            "due_at": request.due_at.isoformat() if request.due_at else "",
        },
        occurred_at=request.submitted_at,
    )


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
