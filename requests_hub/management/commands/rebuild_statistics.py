"""`manage.py rebuild_statistics`: build every figure anew, or with --check only count again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_hub.actions import statistics


class Command(BaseCommand):
    help = "Build the statistics anew from the rows; --check only counts and compares."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the one option."""
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rebuild unless told not to, then recount; exits 1 where a figure differs."""
        if not options["check"]:
            statistics.rebuild()
        check = statistics.recount(by="manage.py rebuild_statistics")
        self.stdout.write(
            f"{check.cells} figures compared in {check.seconds} s, {check.wrong} differ"
        )
        for cell in check.differences[:20]:
            self.stdout.write(f"  {cell}")
        if check.wrong:
            raise SystemExit(1)
