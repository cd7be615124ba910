"""The project package: composition root, the core below every app, the dashboards above."""

from governance.celery import app as celery_app

__all__ = ["celery_app"]
