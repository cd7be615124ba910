"""Words of the pages about persons."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.registers import places

register = template.Library()


@register.filter
def grid_name(row: Any) -> str:
    """The name of the lowest grid that a record lies in."""
    return places.known().short(row)


@register.filter
def agreement(name: str) -> str:
    """What two records agree in, in words."""
    words = {
        "birth": _("birth"),
        "address": pgettext("of a person", "address"),
        "phone": _("end of phone"),
    }
    return words.get(name, name)
