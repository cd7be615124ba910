"""Template filters of the import pages."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of_key(values: Mapping[str, Any], key: str) -> Any:
    """The value under a key that a template knows only by name; 1 where there is none."""
    return values.get(key, 1)
