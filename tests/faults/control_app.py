"""The control: what most projects do. Default Celery, default Redis, commit and then `delay()`.

The same driver with the same seed must see this design lose work, or the driver proves nothing.
"""

import os

import psycopg2
from celery import Celery

app = Celery("control", broker=os.environ.get("REDIS_URL", ""))
_kept: list[psycopg2.extensions.connection] = []


@app.task(name="control.dispatch", ignore_result=True)
def dispatch(source_id: int) -> None:
    if not _kept or _kept[0].closed:
        _kept[:] = [psycopg2.connect(os.environ["CONTROL_DSN"])]
    with _kept[0], _kept[0].cursor() as cursor:
        cursor.execute(
            "INSERT INTO fault_effect (source_id, pid) VALUES (%s, %s)",
            [source_id, os.getpid()],
        )
