"""Print the token by which a program signs in as an account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.core.actions import accounts
from governance.core.errors import DomainError


class Command(BaseCommand):
    help = "Print the API token of an account; it is made when there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, **options: Any) -> None:
        try:
            key = accounts.api_token(options["username"], by="command line")
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(key)
