"""Beat's scheduler. Beat only says "look now": what is due stands in rows.

So a late, doubled or missing beat delays work but never loses or repeats it.
"""

import time
from typing import Any

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django_celery_beat.schedulers import DatabaseScheduler

from governance.core import engine

log = structlog.get_logger(__name__)
SIGN_SECONDS = 5.0


class ProvenScheduler(DatabaseScheduler):
    """The database scheduler, which gives a sign of life only after it really sent a task."""

    _last_sign = -SIGN_SECONDS

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        result = super().apply_async(*args, **kwargs)
        if time.monotonic() - self._last_sign >= SIGN_SECONDS:
            self._last_sign = time.monotonic()
            try:
                engine.beat("beat")
            except DatabaseError as error:
                log.warning("database_away", error=type(error).__name__)
                connection.close()
        return result
