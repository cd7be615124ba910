"""Compare the tree's numbers with `parent`, the truth; repair on demand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.actions.integrity import faults, rebuild


class Command(BaseCommand):
    help = (
        "Check lft, rght, tree_id, depth, level and codes against `parent`; exit 1 with a list"
        " of faults. --fix rebuilds the numbers from `parent`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="rebuild from parent")

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        for fault in found:
            self.stdout.write(fault)
        if found and options["fix"]:
            changed = rebuild(by="check_grid_tree")
            self.stdout.write(_("%(count)s rows were rewritten.") % {"count": changed})
            found = faults()
            for fault in found:
                self.stdout.write(fault)
        if found:
            raise CommandError(
                _("%(count)s faults in the tree.") % {"count": len(found)}
            )
        self.stdout.write(_("The tree is sound."))
