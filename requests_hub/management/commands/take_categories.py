"""Take the proposed categories of a desk's requests, above a share."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, DomainError
from governance.core.models import User
from requests_hub.actions.categories import take_proposals
from requests_hub.management.asked import account_of
from requests_hub.queries import areas


class Command(BaseCommand):
    help = "Take proposed categories in somebody's name, 2,000 in a batch, as /dispatch/categories/ does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, help="user name of the desk")
        parser.add_argument("--least", type=float, default=0.9, help="0.5 to 1")

    def handle(self, *args: Any, **options: Any) -> None:
        by = account_of(options["by"])
        taken = 0
        try:
            for district in areas.districts_of(by):
                taken += self._all(by, district, options["least"])
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(_("%(n)s categories taken.") % {"n": taken})

    def _all(self, by: User, district: int, least: float) -> int:
        total = 0
        while True:
            try:
                batch = take_proposals(by=by, district_id=district, least=least)
            except Conflict:
                return total
            total += batch.taken
