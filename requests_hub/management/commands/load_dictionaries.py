"""Put the seeded lists in place; what administrators have edited is left alone."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.core.actions import dictionaries
from requests_hub import seeds


class Command(BaseCommand):
    help = (
        "Load request categories and the tiles of the phone pages; safe to run again."
    )

    def handle(self, **_options: Any) -> None:
        for seed in seeds.dictionaries():
            row = dictionaries.fill(
                seed.code,
                seed.entries,
                label_zh=seed.label_zh,
                label_en=seed.label_en,
                is_seed=True,
                by="seed",
            )
            self.stdout.write(f"{row.code}: {row.items.count()} entries")
