"""Run the relay until SIGTERM or Ctrl-C."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from governance.celery import app
from governance.core.relay import Doorbell, Relay


class Command(BaseCommand):
    help = (
        "Read due outbox rows and tell the workers about them. Several may run at once."
    )

    requires_system_checks: list[str] = []  # they load every page of the product

    def handle(self, *args: Any, **options: Any) -> None:
        # A frozen Redis must not hold the loop: this process publishes small messages only.
        app.conf.broker_transport_options = {
            **app.conf.broker_transport_options,
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            # without these kombu asks for a connection for ever
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.1,
        }
        relay = Relay(Doorbell(settings.CELERY_BROKER_URL))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stopping.set())
        self.stdout.write("Relay started")
        self.stdout.flush()
        relay.run()
        self.stdout.write("Relay stopped")
