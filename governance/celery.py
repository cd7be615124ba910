"""The Celery application.

A message is only a hint: the row in PostgreSQL is the truth (see ADR 0005). So every task is
idempotent on row ids, is acknowledged late, and never carries an ETA or countdown above 60 s.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

app = Celery("onegrid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
