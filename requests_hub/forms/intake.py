"""Writing a request down for somebody who called or came in."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries
from governance.core.action_forms import ActionForm
from governance.core.models import Attachment, User
from grids.models import District, Grid
from grids.scoping import scope_of
from requests_hub.actions import intake
from requests_hub.categories import CATEGORIES
from requests_hub.forms.base import PhotosMixin, photos_field
from requests_hub.models import Request


class OnBehalfForm(PhotosMixin, ActionForm):
    """What the caller says, where it is, and how to reach the caller."""

    aliases = {"photos": "files", "lon": "address", "lat": "address"}

    title = forms.CharField(label=_("In one line"), max_length=120)
    body = forms.CharField(
        label=_("In the resident's words"),
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
    )
    category = forms.TypedChoiceField(
        label=_("Category"), coerce=lambda pk: dictionaries.by_id(int(pk))
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Request.Urgency.choices,
        initial=Request.Urgency.ORDINARY,
        widget=forms.RadioSelect,
    )
    grid = forms.ModelChoiceField(
        label=_("Village or community"),
        queryset=Grid.objects.none(),
        required=False,
        empty_label=_("Not known yet"),
        help_text=_("Left open, the request lies at your own desk."),
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    reporter_name = forms.CharField(label=_("Caller"), max_length=60, required=False)
    reporter_phone = forms.CharField(
        label=_("Phone number"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    is_private = forms.BooleanField(label=_("Not for the public pages"), required=False)
    files: Any = photos_field()
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_groups()  # type: ignore[attr-defined]
        self.fields["grid"].queryset = own_villages(user)  # type: ignore[attr-defined]


def category_groups() -> list[tuple[str, Any]]:
    """The categories as a list in two levels: class, then subclass."""
    groups: list[tuple[str, Any]] = [("", gettext("Choose a category"))]
    for top in dictionaries.children(CATEGORIES):
        below = dictionaries.children(CATEGORIES, top)
        rows = [(str(row.pk), row.label) for row in below]
        groups.append((top.label, [(str(top.pk), top.label), *rows]))
    return groups


def write_down(form: OnBehalfForm, user: User) -> Request:
    """The request that a valid form describes; the same form twice is one request.

    Raises:
        Invalid: naming each field.
    """
    data = form.cleaned_data
    names = (
        "title",
        "body",
        "category",
        "urgency",
        "address",
        "lon",
        "lat",
        "is_private",
    )
    grid = data["grid"]
    made = intake.submit_request(
        district=grid.district if grid else own_district(user),
        channel=Request.Channel.STAFF,
        by=user,
        grid=grid,
        reporter_name=data["reporter_name"],
        reporter_phone=data["reporter_phone"],
        idempotency_key=data["key"],
        files=form.keep_photos(user, Attachment.Purpose.BEFORE),
        **{name: data[name] for name in names},
    )
    return made.request


def own_district(user: User) -> District:
    """The district of the person's first post."""
    return District.objects.filter(posts__in=user.posts.current()).order_by("pk")[0]


def own_villages(user: User) -> Any:
    """Villages and communities that the person serves, in official order."""
    scope = scope_of(user)
    rows = Grid.objects.live().at_level("medium").select_related("parent", "district")
    if not scope.districts:
        large, medium = scope.grids.get("large", ()), scope.grids.get("medium", ())
        rows = rows.filter(parent_id__in=large) | rows.filter(pk__in=medium)
    return rows.order_by("tree_id", "lft")
