"""Load the official divisions (district, towns, villages) from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids import divisions
from grids.actions.divisions import load_divisions

DEMO_FILE = Path(divisions.__file__).resolve().parent / "data/divisions_445302.csv"


class Command(BaseCommand):
    help = (
        "Read divisions (code,parent_code,name,kind) into the forest. A file with a fault is"
        " refused whole, with every bad row named; a second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "csv",
            nargs="?",
            type=Path,
            default=DEMO_FILE,
            help="the demo district when left out",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only check the file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["csv"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be read: %(why)s")
                % {"path": path, "why": error.strerror}
            ) from None
        reading = divisions.read(content)
        if not reading.is_good:
            for line, fault in reading.faults:
                self.stderr.write(
                    _("line %(line)s: %(fault)s") % {"line": line, "fault": fault}
                )
            raise CommandError(
                _("%(count)s faults; nothing was loaded.")
                % {"count": len(reading.faults)}
            )
        if options["dry_run"]:
            self.stdout.write(
                _("%(count)s rows are right; nothing was loaded.")
                % {"count": len(reading.rows)}
            )
            return
        loaded = load_divisions(reading.rows, by="load_divisions")
        for code in loaded.other_names:
            self.stdout.write(
                _("%(code)s has another name here; kept.") % {"code": code}
            )
        self.stdout.write(
            _("%(district)s: %(added)s grids added, %(known)s were there.")
            % {
                "district": loaded.district.name,
                "added": loaded.added,
                "known": len(reading.rows) - 1 - loaded.added,
            }
        )
