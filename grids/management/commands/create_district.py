"""Make an empty district and the first account of its dispatch centre."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from governance.core.errors import DomainError, Invalid
from grids.actions.staff import create_district


class Command(BaseCommand):
    help = (
        "Make a district (GB/T 2260 code, name) and one account for its dispatch centre; prints"
        " the first password once. Everything else is then imported on the pages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="six digits, GB/T 2260")
        parser.add_argument("name")
        parser.add_argument(
            "--username", default="district", help="account of the dispatch centre"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            district, password = create_district(
                options["code"],
                options["name"],
                username=options["username"],
                by="create_district",
            )
        except Invalid as refusal:
            words = "; ".join(w for found in refusal.fields.values() for w in found)
            raise CommandError(words) from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            _("%(district)s is made. Sign in as %(username)s with %(password)s")
            % {
                "district": district.name,
                "username": options["username"],
                "password": password,
            }
        )
