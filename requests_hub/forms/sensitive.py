"""Choosing a category, and declaring it sensitive or no longer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries
from governance.core.action_forms import ActionForm
from requests_hub.categories import CATEGORIES


def _paths() -> list[tuple[str, str]]:
    """(code, path) of every category in use, in the order of the tree."""
    entries = dictionaries.items(CATEGORIES)
    return [("", ""), *((e.code, dictionaries.path_label(e)) for e in entries)]


class ChooseForm(forms.Form):
    category = forms.ChoiceField(label=_("Category"), choices=_paths)


class FlagForm(ActionForm):
    """`public` is how many requests of the category are not private now."""

    with_existing = forms.BooleanField(required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, public: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not public:
            del self.fields["with_existing"]
            return
        field = self.fields["with_existing"]
        field.label = _("Make the %(n)s requests that are public now private too") % {
            "n": public
        }
        field.initial = True


class UnflagForm(ActionForm):
    reason = FlagForm.base_fields["reason"]
