"""Start a dry run of a rule, and do it in a worker."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Invalid, NotAllowed
from governance.core.models import User
from grids.registers import base as records
from requests_hub.actions import base
from requests_hub.models import RoutingRule, RoutingTrial
from requests_hub.routing import trials

log = structlog.get_logger(__name__)
LEAST, MOST = 1, 20_000
SILENT = timedelta(seconds=60)


@transaction.atomic
def start_trial(rule: RoutingRule, *, by: User, wanted: int) -> RoutingTrial:
    """Ask for a dry run over the last requests; one that waits for the same is given back.

    Raises:
        Invalid: field "wanted". NotAllowed: the rule lies outside the person's area.
    """
    if not LEAST <= wanted <= MOST:
        words = _("Between %(low)s and %(high)s.") % {"low": LEAST, "high": MOST}
        raise Invalid(fields={"wanted": [words]})
    if not records.covers(by, rule, records.DESK):
        raise NotAllowed(_("This rule lies outside your area."))
    waiting = RoutingTrial.objects.filter(
        rule=rule,
        rule_version=rule.version,
        wanted=wanted,
        state__in=["waiting", "running"],
    ).first()
    if waiting is not None:
        return waiting
    row = RoutingTrial.objects.create(
        district_id=rule.district_id,
        rule=rule,
        rule_version=rule.version,
        wanted=wanted,
        started_by=by,
    )
    told = {"rule": rule.name, "version": rule.version, "wanted": wanted}
    events.record("routingtrial.started", row, by, told)
    return row


def run_trial(pk: int) -> RoutingTrial | None:
    """Do a trial that nobody is doing; a failure is written down in words."""
    row = _take(pk)
    if row is None:
        return None
    try:
        result = trials.run(row.rule, row.wanted, lambda done: _tell(pk, done))
    except Exception:
        log.exception("routing_trial_broken", trial=pk)
        problem = _("A fault of the system stopped this trial.")
        RoutingTrial.objects.filter(pk=pk).update(
            state="failed", problem=problem, ended_at=timezone.now()
        )
        raise
    return _end(row, result)


def forgotten() -> list[int]:
    """Trials whose message was lost or whose worker died."""
    silent = timezone.now() - SILENT
    rows = RoutingTrial.objects.filter(
        Q(state="waiting", made_at__lt=timezone.now() - timedelta(seconds=5))
        | Q(state="running", beat_at__lt=silent)
    )
    return list(rows.values_list("pk", flat=True))


def _take(pk: int) -> RoutingTrial | None:
    """The trial, marked as being done by this worker; None where another has it."""
    now = timezone.now()
    free = Q(state="waiting") | Q(state="running", beat_at__lt=now - SILENT)
    taken = RoutingTrial.objects.filter(free, pk=pk).update(
        state="running", beat_at=now, done=0
    )
    if not taken:
        return None
    return RoutingTrial.objects.select_related("rule").get(pk=pk)


def _tell(pk: int, done: int) -> None:
    RoutingTrial.objects.filter(pk=pk).update(done=done, beat_at=timezone.now())


@transaction.atomic
def _end(row: RoutingTrial, result: dict[str, object]) -> RoutingTrial:
    """Keep the result; the rule is tried as long as it was not changed meanwhile."""
    row.refresh_from_db(fields=["done"])
    row.state, row.result, row.ended_at = "done", result, timezone.now()
    row.save(update_fields=["state", "result", "ended_at"])
    same = RoutingRule.objects.filter(pk=row.rule_id, version=row.rule_version)
    same.update(tried_version=row.rule_version)
    told = {"rule": row.rule.name, "changed": result["changed"], "of": row.done}
    events.record("routingtrial.done", row, base.SYSTEM, told)
    return row
