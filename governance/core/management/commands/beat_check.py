"""Say whether relay, beat and worker give signs of life; for health checks of containers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.core import engine


class Command(BaseCommand):
    help = "Check the signs of life of relay, beat, worker and outbox; exit 1 if one is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "names",
            nargs="*",
            metavar="name",
            help=f"of {', '.join([*engine.PROCESSES, 'outbox'])}; all when left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = {check.name: check for check in engine.report()}
        unknown = set(options["names"]) - set(report)
        if unknown:
            raise CommandError(f"Unknown: {', '.join(sorted(unknown))}.")
        asked = [report[name] for name in options["names"] or report]
        for check in asked:
            self.stdout.write(f"{'ok  ' if check.ok else 'BAD '} {check.words}")
        if not all(check.ok for check in asked):
            raise CommandError("The engine does not turn as it should.", returncode=1)
