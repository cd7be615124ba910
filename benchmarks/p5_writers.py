"""P5: eight writers change states, with the statistics and without, in turn."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
from django.conf import settings

from benchmarks import database, requests
from benchmarks.harness import Bar

WRITERS, SECONDS, ROUNDS = 8, 1.5, 6
TRIGGER = "requests_hub_request_statistics"
# What one step writes besides: its event with the outbox row that a trigger adds.
EVENT = (
    "INSERT INTO core_event (name, subject_type, subject_id, thread_id, district_id, actor_label,"
    " data, occurred_at) VALUES ('request.accepted', 'request', %s, %s, %s, 'bench',"
    ' \'{"from": "submitted", "to": "accepted", "step": "accept"}\', now())'
)
STEP = (
    "UPDATE requests_hub_request SET state = %s, stage_at = now(), accepted_at = now()"
    " WHERE id = %s"
)


def measure() -> list[Bar]:
    requests.fill("100k")
    ids = _own_rows()
    shares, rates = [], []
    try:
        for _round in range(ROUNDS):
            _switch("ENABLE")
            with_them = _rate(ids)
            _switch("DISABLE")
            without = _rate(ids)
            shares.append(with_them / without)
            rates.append((round(with_them), round(without)))
    finally:
        _switch("ENABLE")
        _tidy(ids)
    details = {"per_second_with_and_without": rates, "shares": shares}
    return [
        Bar("P5", "state change with statistics / without, 8 writers",
            statistics.median(shares[1:]), 0.75, "", at_least=True, details=details),
    ]  # fmt: skip


def _own_rows() -> list[tuple[int, int]]:
    """(id, district) of accepted requests, a handful for each writer."""
    with _link() as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT id, district_id FROM requests_hub_request WHERE state = 'accepted'"
            " ORDER BY id DESC LIMIT %s",
            [WRITERS * 20],
        )
        return list(cursor.fetchall())


def _switch(word: str) -> None:
    link = _link()
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f"ALTER TABLE requests_hub_request {word} TRIGGER {TRIGGER}")
    link.close()


def _rate(ids: list[tuple[int, int]]) -> float:
    """Committed state changes a second of all writers together."""
    ends = time.monotonic() + SECONDS
    with ThreadPoolExecutor(WRITERS) as pool:
        parts = [ids[n::WRITERS] for n in range(WRITERS)]
        done = sum(pool.map(lambda part: _write(part, ends), parts))
    return done / SECONDS


def _write(rows: list[tuple[int, int]], ends: float) -> int:
    link, done = _link(), 0
    with link.cursor() as cursor:
        while time.monotonic() < ends:
            pk, district = rows[done // 2 % len(rows)]
            state = "whistled" if done % 2 == 0 else "accepted"
            cursor.execute(
                "SELECT 1 FROM requests_hub_request WHERE id = %s FOR UPDATE", [pk]
            )
            cursor.execute(STEP, [state, pk])
            cursor.execute(EVENT, [pk, pk, district])
            link.commit()
            done += 1
    link.close()
    return done


def _tidy(ids: list[tuple[int, int]]) -> None:
    """Back to where it was: the rows, and figures that were not counted meanwhile."""
    from requests_hub.actions import statistics as actions

    with database.switched("100k"):
        from requests_hub.models import Request

        rows = Request.objects.filter(pk__in=[pk for pk, _district in ids])
        rows.filter(state="whistled").update(state="accepted")
        actions.rebuild()


def _link() -> Any:
    found = settings.DATABASES["default"]
    return psycopg2.connect(
        host=found.get("OPTIONS", {}).get("host") or found["HOST"] or None,
        port=found["PORT"] or None,
        user=found["USER"],
        password=found["PASSWORD"] or None,
        dbname=database.name_of("100k"),
    )
