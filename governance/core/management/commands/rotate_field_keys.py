"""Bring encrypted columns to the newest field key."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.core.actions import field_keys


class Command(BaseCommand):
    help = (
        "Encrypt and hash anew what is not yet under the first of FIELD_KEYS. Can be stopped and "
        "started again; the service keeps running. Order of a rotation: add the new key at the end "
        "of FIELD_KEYS on every machine and restart; move it to the front and restart; run this; "
        "when it says that nothing is left, take the old key away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=field_keys.BATCH)
        parser.add_argument(
            "--check", action="store_true", help="only count what is left"
        )

    def handle(self, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        results = field_keys.rotate(batch=options["batch"], tell=self._tell)
        stuck = {p.label: p.stuck for p in results if p.stuck}
        for label, keys in stuck.items():
            some = ", ".join(map(str, keys[:20]))
            self.stderr.write(f"{label}: {len(keys)} rows not written: {some}")
        if stuck:
            raise CommandError("Keep the old keys: some rows still need them.")
        self._check()

    def _tell(self, progress: field_keys.Progress) -> None:
        self.stdout.write(f"{progress.label} {progress.done:,} / {progress.total:,}")

    def _check(self) -> None:
        total = 0
        for each in field_keys.columns():
            if count := field_keys.left(each):
                self.stdout.write(f"{each.label}: {count:,} rows left")
                total += count
        if total:
            return
        old = len(settings.FIELD_KEYS) - 1
        words = f"; {old} older keys can be taken away" if old else ""
        self.stdout.write(f"Everything is under the newest key{words}.")
