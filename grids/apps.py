"""App configuration."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("Grids")

    def ready(self) -> None:
        """Import subscribers, nothing else."""
        if find_spec("grids.subscribers"):
            import_module("grids.subscribers")
