"""So many per hour from one address or phone, and no waiting for Redis.

Limits protect writes only. They fail open: while Redis is away nobody is counted and nobody is
shut out, since an accepted request matters more than a refused flood.
"""

import hashlib
import re
from functools import lru_cache
from typing import cast

from django.core.cache import caches
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.core.cache import SurvivingRedisCache
from governance.core.errors import TooMany

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@lru_cache(maxsize=64)
def parse(limit: str) -> tuple[int, int]:
    """Read "60/h" as (60 hits, 3600 seconds); units are s, m, h and d."""
    match = re.fullmatch(r"(\d+)/(\d*)([smhd])", limit)
    if not match:
        raise ValueError(f"a limit looks like 60/h or 5/10m, not {limit!r}")
    number, times, unit = match.groups()
    return int(number), int(times or 1) * UNITS[unit]


def hit(name: str, subject: str, limit: str = "60/h") -> None:
    """Count one attempt of `subject` (an address, a phone) at `name`.

    Raises:
        TooMany: more than `limit`; `retry_after` has the seconds to wait.
    """
    allowed, seconds = parse(limit)
    # the subject may be somebody's phone: Redis gets its hash
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    counters = cast(SurvivingRedisCache, caches["default"])
    counted = counters.count(f"limit:{name}:{seconds}:{digest}", seconds)
    if counted and counted[0] > allowed:
        raise TooMany(_waiting(counted[1]), retry_after=counted[1])


def _waiting(seconds: int) -> str:
    if seconds < 60:
        return _("Too many in a short time. Please try again in a minute.")
    minutes = -(-seconds // 60)
    if minutes < 90:
        return ngettext(
            "Too many in a short time. Please try again in %(count)d minute.",
            "Too many in a short time. Please try again in %(count)d minutes.",
            minutes,
        ) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext(
        "Too many in a short time. Please try again in %(count)d hour.",
        "Too many in a short time. Please try again in %(count)d hours.",
        hours,
    ) % {"count": hours}
