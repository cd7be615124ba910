"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsHubConfig(AppConfig):
    name = "requests_hub"
    verbose_name = _("Requests")

    def ready(self) -> None:
        """Register reactions, who may see files and parts of pages below, nothing else."""
        import_module("requests_hub.subscribers")
        import_module("requests_hub.tasks")
        import_module("requests_hub.files").register()
        import_module("requests_hub.household_panel")
