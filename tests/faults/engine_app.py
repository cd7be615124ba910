"""The product's relay, worker and beat with one probe consumer, for the fault drivers.

    celery -A tests.faults.engine_app worker|beat …
    python -m tests.faults.engine_app           (the relay)

The probe leaves one row per effect in `fault_effect`, a table without any unique constraint, so
an effect that came twice is seen and not absorbed.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
django.setup()

from django.db import connection  # noqa: E402

from governance.celery import app  # noqa: E402
from governance.core import events  # noqa: E402
from governance.core.models import Event, User  # noqa: E402
from governance.core.notices import notify  # noqa: E402

# Redis hands messages of a dead worker out again after this long. The product waits two minutes;
# here the repeats come within the run, so that they are part of what is proved.
app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": 8,
    "unacked_restore_limit": None,
}

# Deadlines come due all through a run of a minute and a half, so they are looked at more often.
app.conf.beat_schedule["sweep-deadlines"] = {
    **app.conf.beat_schedule["sweep-deadlines"],
    "schedule": 2.0,
}


@events.consumer("rung_probe", "task.reminded", "task.supervised", "task.named")
def leave_a_mark_of_a_rung(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fault_effect (source_id, pid) VALUES (%s, %s)",
            [event.pk, os.getpid()],
        )


@events.consumer("fault_probe", "request.submitted")
def leave_a_mark(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fault_effect (source_id, pid) VALUES (%s, %s)",
            [event.subject_id, os.getpid()],
        )
    notify(User.objects.filter(username="probe"), event, "probe")


if __name__ == "__main__":
    from django.core.management import call_command

    call_command("relay")
