"""Start, stop or look at the embedded servers without starting the whole product."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.core import embedded


class Command(BaseCommand):
    help = "Embedded PostgreSQL and Redis: start (leave running), stop, status."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["start", "stop", "status"])

    def handle(self, *args: Any, **options: Any) -> None:
        servers = embedded.Servers(settings.STATE_DIR)
        try:
            getattr(self, f"_{options['what']}")(servers)
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from None
        self._report(servers)

    def _start(self, servers: embedded.Servers) -> None:
        servers.start()

    def _stop(self, servers: embedded.Servers) -> None:
        if servers.in_use():
            raise CommandError(
                "The servers are in use: stop `make run` or the tests first."
            )
        servers.stop()

    def _status(self, servers: embedded.Servers) -> None:
        """Only the report."""

    def _report(self, servers: embedded.Servers) -> None:
        self.stdout.write(f"state folder  {settings.STATE_DIR}")
        for server in (servers.postgres, servers.redis):
            if server:
                pid = server.pid()
                state = f"running, process {pid}" if pid else "stopped"
                self.stdout.write(f"{server.name:<13} {state}")
