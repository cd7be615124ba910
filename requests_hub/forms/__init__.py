"""Forms of the staff pages, made from the workflow's own fields."""

from requests_hub.forms.intake import OnBehalfForm
from requests_hub.forms.steps import StepForm, VerifyForm

__all__ = ["OnBehalfForm", "StepForm", "VerifyForm"]
