"""Fill an empty table of the hotline's states with usual words."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from requests_hub.actions.hotline_messages import propose_states
from requests_hub.management.asked import district_of


class Command(BaseCommand):
    help = "Propose which of the hotline's states is which of ours; an existing table stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", default=settings.DISTRICT_CODE)

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["district"])
        self.stdout.write(str(propose_states(district.pk)))
