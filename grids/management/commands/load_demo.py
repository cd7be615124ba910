"""Load the demo district: divisions, grids, departments, dictionaries, people, requests.

Every part is idempotent. An app that has demo data of its own offers `<app>.demo.load()`; it is
found as Django finds other modules of apps, so this storey need not know those above.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from grids import divisions
from grids.actions.demo import load_accounts
from grids.actions.departments import load_departments
from grids.actions.divisions import load_divisions
from grids.actions.schematic import draw_schematic
from grids.management.commands.load_divisions import DEMO_FILE
from grids.models import District, GridShape

REFERENCE_COMMANDS = ("load_dictionaries",)
BY = "load_demo"


class Command(BaseCommand):
    help = "Load the demo district once; a second run adds nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        reading = divisions.read(DEMO_FILE.read_bytes())
        district = load_divisions(reading.rows, by=BY).district
        self._tell(_("divisions of %(district)s") % {"district": district.name})
        self._draw(district)
        added = load_departments(district, by=BY)
        self._tell(_("departments (%(count)s new)") % {"count": added})
        known = get_commands()
        for name in REFERENCE_COMMANDS:
            if name in known:
                call_command(name, stdout=self.stdout)
        added = load_accounts(district, by=BY)
        self._tell(_("accounts (%(count)s new)") % {"count": added})
        for config in apps.get_app_configs():
            self._load_app(config.name)

    def _load_app(self, name: str) -> None:
        if not find_spec(f"{name}.demo"):
            return
        load = getattr(import_module(f"{name}.demo"), "load", None)
        if load is not None:
            load()
            self._tell(name)

    def _draw(self, district: District) -> None:
        if GridShape.objects.filter(grid__district=district).exists():
            return
        drawn = draw_schematic(district, by=BY)
        self._tell(_("small and micro grids (%(count)s new)") % {"count": drawn.added})

    def _tell(self, what: str) -> None:
        self.stdout.write(f"  ✓ {what}")
