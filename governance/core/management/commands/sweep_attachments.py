"""Delete files that were uploaded and never used."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from governance.core.actions.attachments import sweep_loose


class Command(BaseCommand):
    help = "Delete uploaded files that nobody tied to anything within some hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hours", type=int, default=48)

    def handle(self, **options: Any) -> None:
        swept = 0
        while found := sweep_loose(timedelta(hours=max(options["hours"], 1))):
            swept += found
        self.stdout.write(f"{swept} files deleted")
