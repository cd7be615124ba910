"""The Celery application.

A message is only a hint: the row in PostgreSQL is the truth (see ADR 0005). So every task is
idempotent on row ids, is acknowledged late, and never carries an ETA or countdown above 60 s.
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

app = Celery("onegrid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Leave the log lines of worker and beat to `LOGGING_CONFIG`.

    Without a receiver Celery turns stderr into a logger of its own; our handler writes to stderr,
    the logger refuses to be called from inside itself, and every line is lost without a word.
    """
    from django.conf import settings  # after the settings module is named

    from governance.core.logs import configure

    configure({"level": settings.LOG_LEVEL})
    # two lines for each beat of every sweep would drown what somebody looks for
    logging.getLogger("celery").setLevel(logging.WARNING)
