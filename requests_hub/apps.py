"""App configuration."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsHubConfig(AppConfig):
    name = "requests_hub"
    verbose_name = _("Requests")

    def ready(self) -> None:
        """Import subscribers, nothing else."""
        if find_spec("requests_hub.subscribers"):
            import_module("requests_hub.subscribers")
