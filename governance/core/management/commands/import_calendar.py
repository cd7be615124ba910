"""Load the days off of some years."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from governance.core import calendar_import
from governance.core.actions import calendar
from governance.core.errors import Invalid


class Command(BaseCommand):
    help = (
        "Publish the days off of some years, from the installed chinesecalendar "
        "(--years 2004-2026) or from a CSV or Excel file with date, kind, name (--file)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--years", help="one year, or a span such as 2004-2026")
        source.add_argument("--file", type=Path, help="CSV or Excel file")
        parser.add_argument("--year", type=int, help="the only year the file may name")

    def handle(self, **options: Any) -> None:
        try:
            plans, source = self._plans(options)
            with transaction.atomic():
                for year, plan in sorted(plans.items()):
                    calendar.publish_year(year, plan, source=source, by="import")
        except Invalid as refusal:
            lines = [line for each in refusal.fields.values() for line in each]
            raise CommandError("\n".join(lines or [refusal.message])) from None
        for year, plan in sorted(plans.items()):
            self.stdout.write(f"{year}: {len(plan)} days named")

    def _plans(
        self, options: dict[str, Any]
    ) -> tuple[dict[int, list[calendar_import.Named]], str]:
        if options["file"]:
            path: Path = options["file"]
            try:
                with path.open("rb") as file:
                    return calendar_import.from_file(file, options["year"]), path.name[
                        :80
                    ]
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}") from None
        years = _span(options["years"])
        plans = {year: calendar_import.from_package(year) for year in years}
        return plans, calendar_import.PACKAGE_SOURCE


def _span(text: str) -> range:
    first, _dash, last = text.partition("-")
    try:
        years = range(int(first), int(last or first) + 1)
    except ValueError:
        years = range(0)
    if not years or len(years) > 200:
        raise CommandError(
            f"--years: {text!r} is not a year or a span such as 2004-2026."
        )
    return years
