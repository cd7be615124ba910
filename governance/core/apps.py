"""App configuration of the core."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "governance.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Refuse a start with office hours that make no sense."""
        from governance.core import worktime

        worktime.office_hours()
