"""Personal data in a template: with its middle hidden."""

from django import template

from governance.core import masking

register = template.Library()
register.filter("mask_identity", masking.mask_identity)
register.filter("mask_phone", masking.mask_phone)
register.filter("mask_email", masking.mask_email)
