"""Draws a panel of a grid's page with its own context."""

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from grids.panels import Shown

register = template.Library()


@register.simple_tag(takes_context=True)
def grid_panel(context: Context, panel: Shown) -> SafeString:
    """The panel's template, with the page's context below its own."""
    page: Any = context.template
    drawn = page.engine.get_template(panel.template)
    with context.push(**panel.context):
        html: SafeString = drawn.render(context)
    return html
