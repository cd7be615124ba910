"""Try again what was set aside."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.core.actions.deliveries import run_again
from governance.core.models import Delivery


class Command(BaseCommand):
    help = (
        "Make deliveries that were set aside due again, all or those of one consumer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--consumer", default="", help="only this consumer's")
        parser.add_argument("--event", type=int, default=0, help="only this event's")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Delivery.objects.filter(state=Delivery.State.SET_ASIDE)
        if options["consumer"]:
            rows = rows.filter(consumer=options["consumer"])
        if options["event"]:
            rows = rows.filter(event_id=options["event"])
        self.stdout.write(f"{run_again(rows)} deliveries will be tried again.")
