"""Carrying due messages: each try outside of any transaction, its outcome in the row."""

import time
from collections.abc import Sequence

import structlog
from django.utils import timezone

from governance.core.faults import fault_point
from requests_hub.actions import sendings
from requests_hub.actions.sendings import Try
from requests_hub.gateways.base import Refused
from requests_hub.gateways.known import gateway_of
from requests_hub.models import Sending

log = structlog.get_logger(__name__)
AT_ONCE = 20
SECONDS = 45.0


def carry(only: Sequence[int] | None = None) -> int:
    """Try what is due, oldest first, for less than a minute; gives how many were tried."""
    ends, tried = time.monotonic() + SECONDS, 0
    while time.monotonic() < ends:
        leased = sendings.lease(1, only)
        if not leased or tried >= AT_ONCE:
            return tried
        for row in leased:
            sendings.settle(row, attempt(row))
            tried += 1
    return tried


def attempt(sending: Sending) -> Try:
    """One try; whatever goes wrong is an outcome, not an exception."""
    began, at = time.monotonic(), timezone.now()
    fault_point("sending.leased")

    def spent() -> int:
        return round((time.monotonic() - began) * 1000)

    try:
        receipt = gateway_of(sending.channel).deliver(sending)
    except Refused as no:
        return Try(at, spent(), no.code, str(no)[:300], is_final=no.is_final)
    except Exception as error:  # noqa: BLE001 - a gateway may raise anything; others still go out
        log.warning("gateway_broke", channel=sending.channel, error=repr(error)[:200])
        return Try(at, spent(), 0, type(error).__name__)
    return Try(at, spent(), receipt.code, receipt=receipt.number)
