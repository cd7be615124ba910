"""Draft or issue a bulletin and write it as Word and Excel."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.errors import DomainError
from governance.core.models import User
from grids.models import District
from requests_hub.actions import bulletins
from requests_hub.assessment.periods import KINDS, Period, period_of
from requests_hub.bulletins import files
from requests_hub.management.asked import account_of, district_of
from requests_hub.panels import bulletins as panels
from requests_hub.queries import areas
from requests_hub.queries.assessment import rule_at


class Command(BaseCommand):
    help = "The bulletin of the day, week or month that a date lies in; --by issues it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("at", type=date.fromisoformat, help="2019-07-01")
        parser.add_argument(
            "--district", default=settings.DISTRICT_CODE, help="of a draft; its code"
        )
        parser.add_argument("--by", default="", help="issue it in this person's name")
        parser.add_argument(
            "--out", type=Path, help="folder for the Word and Excel files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = account_of(options["by"]) if options["by"] else None
        district = _posted_at(by) if by else district_of(options["district"])
        first_day = rule_at(district.pk, options["at"]).first_day
        period = period_of(options["kind"], options["at"], first_day)
        content, issue = self._made(district, period, by)
        for section in content["sections"]:
            self.stdout.write(
                "\n".join([section["heading"], *section["paragraphs"], ""])
            )
        self.stdout.write(content["foot"])
        if options["out"]:
            self._write(options["out"], content, issue, district, period)

    def _made(
        self, district: District, period: Period, by: User | None
    ) -> tuple[dict[str, Any], str]:
        """The content, and the line of its number; a draft has none."""
        if by is None:
            return bulletins.draft(district.pk, period)["content"], pgettext(
                "bulletin", "Draft"
            )
        try:
            row = bulletins.issue(district.pk, period, by=by)
        except DomainError as error:
            raise CommandError(error.message) from None
        return row.content, panels.issue_line(row)

    def _write(
        self,
        folder: Path,
        content: dict[str, Any],
        issue: str,
        district: District,
        period: Period,
    ) -> None:
        day = date_format(timezone.localtime(), "Y年n月j日")
        folder.mkdir(parents=True, exist_ok=True)
        for ending, render in (("docx", files.word), ("xlsx", files.excel)):
            path = folder / f"bulletin-{period.kind}-{period.first}.{ending}"
            path.write_bytes(render(content, issue, panels.unit(district), day))
            self.stdout.write(str(path))


def _posted_at(by: User) -> District:
    """Where the person who issues it is posted."""
    found = (
        District.objects.filter(pk__in=areas.districts_of(by)).order_by("pk").first()
    )
    if found is None:
        words = _("%(person)s is posted in no district.") % {"person": by}
        raise CommandError(words)
    return found
