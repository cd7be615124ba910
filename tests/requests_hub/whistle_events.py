"""The clocks of a call as they follow from its events alone."""

from datetime import datetime, timedelta
from typing import Any

from governance.core.models import Event
from governance.core.worktime import Amount
from requests_hub.models import Task
from tests.requests_hub.whistle_model import REWORK, Part


def dues_from_events(task: Task, days: Any) -> tuple[datetime | None, ...]:
    """(report in, plan, handle) as they follow from the events of a task alone."""
    rows = Event.objects.filter(subject_type="task", subject_id=task.pk)
    first, *later = rows.order_by("id")
    p = Part(first.data["kind"], first.occurred_at)
    for event in later:
        _follow(p, event, days)
    return tuple(p.clock(name, days) for name in ("report_in", "plan", "handle"))


MET = {"reported_in": "report_in", "planned": "plan", "replied": "handle"}


def _follow(p: Part, event: Event, days: Any) -> None:
    """What one event does to the clocks."""
    at, name = event.occurred_at, event.name.removeprefix("task.")
    if name in MET and MET[name] not in p.frozen:
        p.meet(MET[name], days)
    elif name in ("paused", "returned"):
        p.hold(at)
    elif name in ("resumed", "sent_again", "ruled"):
        p.run(at)
    elif name in ("released", "recalled"):
        p.end(name, at, days)
    else:
        _more_time(p, event)


def _more_time(p: Part, event: Event) -> None:
    name, amount = event.name, event.data.get("amount", "")
    if name == "task.extension_asked" and amount.endswith("/c"):
        p.asked = Amount.parse(amount[:-2]).calendar_time
    elif name == "task.extension_asked":
        p.asked = Amount.parse(amount).office_time
    elif name == "task.extended":
        p.granted = p.asked
    elif name == "task.reworked":
        p.frozen.pop("handle", None)
        p.handle_from, p.handle_limit = event.occurred_at, REWORK[p.real]
        p.granted = timedelta(0)
