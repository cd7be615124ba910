"""The auditor: every open task and request has a next moment in the future, or an alarm.

Each rule is one query over a partial index. What it finds is a `Finding` until it no longer finds
it; the district hears of each once a day until then, through the outbox.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.core import engine, events, locks
from requests_hub.actions import base
from requests_hub.audit_rules import Found, look
from requests_hub.models import Finding

BY = "auditor"
HEARTBEAT = "loop audit"
TOGETHER = 20
Key = tuple[int, str, int]


def run() -> int:
    """Look, keep what was found, tell what is new today; gives how many findings are open."""
    now = base.now()
    found = {(f.district_id, f.kind, f.subject_id): f for f in look(now)}
    with transaction.atomic():
        locks.hold("loop-audit")
        _keep(found, now)
        _tell(now)
    engine.beat(HEARTBEAT)
    return len(found)


def _keep(found: dict[Key, Found], now: datetime) -> None:
    known = {
        (row.district_id, row.kind, row.subject_id): row
        for row in Finding.objects.open()
    }
    gone = [row.pk for key, row in known.items() if key not in found]
    still = [row.pk for key, row in known.items() if key in found]
    # what the sweep says of itself is kept fresh by the sweep
    kept = Finding.objects.filter(pk__in=still).exclude(kind="sweep_failed")
    kept.update(seen_at=now)
    Finding.objects.filter(pk__in=gone).update(mended_at=now)
    Finding.objects.bulk_create(
        Finding(
            district_id=each.district_id,
            kind=each.kind,
            subject_type=each.subject_type,
            subject_id=each.subject_id,
            title=each.title[:160],
            data=each.data,
            found_at=now,
            seen_at=now,
        )
        for key, each in found.items()
        if key not in known
    )


def _tell(now: datetime) -> None:
    """One event a finding and day; many of one kind go together in one."""
    today = timezone.localdate(now)
    rows = list(Finding.objects.open().exclude(told_on=today).order_by("pk"))
    counts = Counter((row.district_id, row.kind) for row in rows)
    facts, grouped = [], set()
    for row in rows:
        group = (row.district_id, row.kind)
        n = counts[group]
        if n > TOGETHER and group in grouped:
            continue
        grouped.add(group)
        facts.append(_fact(row, n if n > TOGETHER else 1, now))
    Finding.objects.filter(pk__in=[row.pk for row in rows]).update(told_on=today)
    events.record_many(facts)


def _fact(row: Finding, n: int, now: datetime) -> events.Fact:
    data: dict[str, Any] = {"kind": row.kind, "subject": row.subject_id, "n": n}
    return events.Fact("audit.found", row, BY, data, occurred_at=now)
