"""Put the seeded lists of all apps in place; what administrators have edited is left alone."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.core import seeds
from governance.core.actions import dictionaries


class Command(BaseCommand):
    help = "Load the lists that the apps bring along; safe to run again."

    def handle(self, **_options: Any) -> None:
        for seed in seeds.every():
            row = dictionaries.fill(
                seed.code,
                seed.entries,
                label_zh=seed.label_zh,
                label_en=seed.label_en,
                is_seed=True,
                by="seed",
            )
            self.stdout.write(f"{row.code}: {row.items.count()} entries")
