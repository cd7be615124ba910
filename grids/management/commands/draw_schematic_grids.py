"""Draw made-up outlines and split every village, for a district without surveyed grids."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from governance.core.errors import DomainError
from grids.actions.schematic import SEED, draw_schematic
from grids.models import District


class Command(BaseCommand):
    help = (
        "Split every village into small and micro grids with schematic outlines that tile"
        " without gaps (示意图，非行政界线). A drawn district stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        district = District.objects.filter(code=settings.DISTRICT_CODE).first()
        if district is None:
            raise CommandError(_("Load the towns and villages first."))
        try:
            drawn = draw_schematic(
                district, by="draw_schematic_grids", seed=options["seed"]
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            _(
                "%(added)s grids added, %(outlined)s outlines drawn. Schematic, not official."
            )
            % {"added": drawn.added, "outlined": drawn.outlined}
        )
