"""App configuration."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "points"
    verbose_name = _("Points")

    def ready(self) -> None:
        """Import subscribers, nothing else."""
        if find_spec("points.subscribers"):
            import_module("points.subscribers")
