"""Times on the grid worker's axis."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def axis_time(moment: datetime | None) -> str:
    """A deadline as short as the axis is narrow: 10:30, yesterday, 11-27."""
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    days = (local.date() - today).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == -1:
        return _("yesterday")
    return f"{local:%m-%d}"
