"""Do at once what the workers do by and by: suggestions, hot issues, statistics."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from requests_hub.actions import likeness_many, statistics, suggestions
from requests_hub.management.asked import district_of


class Command(BaseCommand):
    help = "After an import: suggest categories, group hot issues, fold the statistics."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", default=settings.DISTRICT_CODE)

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["district"])
        parts: tuple[tuple[str, Callable[[], int]], ...] = (
            (_("suggestions"), partial(suggestions.suggest_missing, district)),
            (
                _("requests compared"),
                partial(likeness_many.catch_up, district, is_whole=True),
            ),
            (_("figures folded"), partial(statistics.fold, most=10_000)),
        )
        for words, work in parts:
            began = time.monotonic()
            told = {"n": work(), "what": words}
            told["s"] = f"{time.monotonic() - began:.1f}"
            self.stdout.write(_("%(what)s: %(n)s, %(s)s s") % told)
