"""App configuration."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = _("Good people")

    def ready(self) -> None:
        """Import subscribers and what this app adds to pages below, nothing else."""
        import_module("volunteers.household_panel")
        if find_spec("volunteers.subscribers"):
            import_module("volunteers.subscribers")
