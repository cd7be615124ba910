"""App configuration of the core."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "governance.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Refuse a start with office hours that make no sense; know the consumers of the core."""
        from governance.core import worktime
        from governance.core.registers import subscribers as _subscribers  # noqa: F401

        worktime.office_hours()
