"""Make an empty district and the first account of its dispatch centre."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import DomainError, Invalid
from grids.actions.staff import create_district, first_account
from grids.models import District, Post


class Command(BaseCommand):
    help = (
        "Make a district (GB/T 2260 code, name), an account for its dispatch centre and one for its"
        " administrator, who appoints the auditor; prints their first passwords once."
        " Everything else is then imported on the pages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="six digits, GB/T 2260")
        parser.add_argument("name")
        parser.add_argument(
            "--username", default="district", help="account of the dispatch centre"
        )
        parser.add_argument(
            "--administrator", default="admin", help="account of the administrator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = (options["username"], options["administrator"])
        try:
            district, words = _make(options["code"], options["name"], *names)
        except Invalid as refusal:
            told = "; ".join(w for found in refusal.fields.values() for w in found)
            raise CommandError(told) from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(_("%(district)s is made.") % {"district": district.name})
        for username, password in zip(names, words, strict=True):
            told = _("Sign in as %(username)s with %(password)s")
            self.stdout.write(told % {"username": username, "password": password})


@transaction.atomic
def _make(
    code: str, name: str, dispatch: str, administrator: str
) -> tuple[District, tuple[str, str]]:
    """The district and the first passwords of both accounts."""
    by = "create_district"
    district, first = create_district(code, name, username=dispatch, by=by)
    second = first_account(
        district,
        Post.Role.ADMIN,
        username=administrator,
        name=_("Administrator"),
        by=by,
    )
    return district, (first, second)
