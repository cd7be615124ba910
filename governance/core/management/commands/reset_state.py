"""Throw away the embedded database, queue, uploads and secrets of this clone."""

import os
import shutil
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.core import embedded

OURS = (
    "postgres", "postgres.new", "programs", "redis", "run", "logs", "media",
    "secret_key", "field_key", "servers.users", "quickstart.lock",
)  # fmt: skip


class Command(BaseCommand):
    help = "Delete all local data of this clone, after asking."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        state_dir = settings.STATE_DIR
        if os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"):
            raise CommandError(
                "DATABASE_URL or REDIS_URL is set: those servers are not ours to empty."
            )
        if not state_dir.exists():
            self.stdout.write("Nothing to delete.")
            return
        self.stdout.write(f"This deletes all data in {state_dir}.")
        if not options["yes"] and not _agreed():
            self.stdout.write("Nothing was deleted.")
            return
        servers = embedded.Servers(state_dir)
        if servers.in_use() or embedded.is_held(state_dir / "quickstart.lock"):
            raise CommandError("OneGrid or its tests are running: stop them first.")
        servers.stop()
        for name in OURS:
            path = state_dir / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self.stdout.write("Deleted. `make run` starts afresh.")


def _agreed() -> bool:
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except EOFError:
        return False
