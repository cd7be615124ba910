"""What residents and grid workers fill in: asking, following, rating, reporting."""

import re
import unicodedata
import uuid
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import dictionaries
from governance.core.models import DictionaryItem
from grids.models import Grid
from requests_hub.categories import CATEGORIES
from requests_hub.workflow import SATISFACTION

MAX_PHOTOS = 6
MAX_WORDS = 500
FIXED_ON_SITE = "【网格员已当场处理】"
SAID = {"required": gettext_lazy("Please fill this in.")}


def plain_digits(text: str) -> str:
    """The digits of a text, whatever their width; spaces and dashes fall away."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-\u2010-\u2015.]+", "", folded)


def clean_phone(text: str) -> str:
    """A mobile or landline number as digits, or "".

    Raises:
        ValidationError: with the number of digits that are missing or too many.
    """
    digits = plain_digits(text).removeprefix("+86")
    if not digits:
        return ""
    if re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}", digits):
        return digits
    if not digits.isdigit():
        raise forms.ValidationError(_("A phone number has digits only."))
    raise forms.ValidationError(
        _("A mobile number has 11 digits; this one has %(n)s.") % {"n": len(digits)}
    )


class PhotosInput(forms.ClearableFileInput):
    """Several pictures in one field; what the browser shows is the page's."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.Field):
    """A list of uploaded files, at most `MAX_PHOTOS`; an empty list when there are none."""

    widget = PhotosInput

    def clean(self, value: Any) -> "list[UploadedFile[Any]]":
        files = [f for f in (value or []) if f]
        if len(files) > MAX_PHOTOS:
            raise forms.ValidationError(
                _("At most %(n)s photos.") % {"n": MAX_PHOTOS}, code="too_many"
            )
        return files


class KeptPhotosField(forms.Field):
    """Ids of pictures that an earlier, refused submission has brought."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        return [int(pk) for pk in (value or []) if str(pk).isdigit()][:MAX_PHOTOS]


class PhotosForm(forms.Form):
    """A form with pictures that survive a refusal."""

    photos = PhotosField(required=False)
    kept = KeptPhotosField(required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if len(data.get("photos") or []) + len(data.get("kept") or []) > MAX_PHOTOS:
            self.add_error("photos", _("At most %(n)s photos.") % {"n": MAX_PHOTOS})
        return data


class PlaceForm(forms.Form):
    """A place: device position or map tap in WGS 84, words, or a village of the list."""

    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy_m = forms.FloatField(required=False, min_value=0, max_value=100_000)
    address = forms.CharField(required=False, max_length=200)
    village = forms.IntegerField(required=False)

    def clean_village(self) -> Grid | None:
        pk = self.cleaned_data.get("village")
        if not pk:
            return None
        grid = Grid.objects.live().filter(pk=pk, level__in=["large", "medium"]).first()
        if grid is None:
            raise forms.ValidationError(_("Choose a village or community of the list."))
        return cast(Grid, grid)

    @property
    def position(self) -> tuple[float, float] | None:
        """(lon, lat), or None unless both are there."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        return (lon, lat) if lon is not None and lat is not None else None

    @property
    def place(self) -> dict[str, Any]:
        """The place as `intake.submit_request` takes it."""
        data = self.cleaned_data
        lon, lat = self.position or (None, None)
        metres = data.get("accuracy_m")
        return {
            "lon": lon,
            "lat": lat,
            "accuracy_m": None if metres is None else round(metres),
            "address": data["address"],
            "grid": data["village"],
        }

    @property
    def has_place(self) -> bool:
        data = self.cleaned_data
        return bool(self.position or data.get("address") or data.get("village"))


def village_groups() -> list[tuple[Grid, list[Grid]]]:
    """Towns with their villages in official order, for one select that needs no script."""
    rows = Grid.objects.live().filter(level__in=["large", "medium"])
    towns: dict[int, tuple[Grid, list[Grid]]] = {}
    for row in rows.order_by("depth", "order", "code"):
        if row.parent_id is None:
            towns[row.pk] = (row, [])
        elif row.parent_id in towns:
            towns[row.parent_id][1].append(row)
    return list(towns.values())


def title_without_words(category: DictionaryItem, address: str) -> str:
    """A title for a request that came as a picture only."""
    return f"{address} {category.label_zh}".strip()[:120]


class KeyedForm(forms.Form):
    """A form that says the same thing once, however often it is sent."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_key(self) -> str:
        return str(self.cleaned_data.get("key") or uuid.uuid4())


TILES = {
    "problem": "public_category",
    "help": "help_category",
    "field": "field_category",
}


class CategoryForm(forms.Form):
    """One tile of the page's kinds; each stands for an entry of the category tree."""

    category = forms.CharField(
        error_messages={"required": gettext_lazy("Choose one of the kinds above.")}
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiles = TILES[kind]
        self.categories = dictionaries.children(self.tiles)

    def clean_category(self) -> DictionaryItem:
        code = self.cleaned_data["category"]
        for item in self.categories:
            if item.code == code:
                return item
        raise forms.ValidationError(_("Choose one of the kinds above."))

    @property
    def request_category(self) -> DictionaryItem | None:
        """The entry of the tree that the chosen tile, or the finer word, stands for."""
        tile = self.cleaned_data.get("subcategory") or self.cleaned_data["category"]
        code = str(tile.data.get("category", ""))
        return dictionaries.item(CATEGORIES, code)


class AskForm(CategoryForm, KeyedForm, PhotosForm, PlaceForm):
    """A resident asks: category, photos, place, words, contact; all on one page."""

    field_order = ["category", "photos", "address", "village", "body", "name", "phone"]
    body = forms.CharField(required=False, max_length=MAX_WORDS, strip=True)
    name = forms.CharField(required=False, max_length=40)
    phone = forms.CharField(required=False, max_length=30)
    is_private = forms.BooleanField(required=False)
    website = forms.CharField(required=False)

    @property
    def title(self) -> str:
        """Empty where there are words to make it from."""
        data = self.cleaned_data
        return (
            ""
            if data["body"]
            else title_without_words(data["category"], data["address"])
        )

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data.get("phone") or "")

    def clean_website(self) -> str:
        if self.cleaned_data.get("website"):
            raise forms.ValidationError(
                _("This looks like an automatic form. If it is not, please ring 12345.")
            )
        return ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("body") and not data.get("photos") and not data.get("kept"):
            self.add_error("body", _("Write a sentence, or add a photo."))
        if not self.has_place and not {"lon", "lat", "village"} & set(self.errors):
            self.add_error("address", _("Say where: tap the map, type, or choose."))
        return data


class LookForm(PlaceForm):
    """What is typed so far, to look for the same; nothing is asked for."""

    category = forms.CharField(required=False, max_length=60)
    body = forms.CharField(required=False, max_length=MAX_WORDS, strip=True)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiles = TILES.get(kind, TILES["problem"])

    @property
    def request_category(self) -> DictionaryItem | None:
        """The entry of the tree that the chosen tile stands for."""
        tile = dictionaries.item(self.tiles, self.cleaned_data.get("category", ""))
        code = str(tile.data.get("category", "")) if tile else ""
        return dictionaries.item(CATEGORIES, code)


class MeTooForm(forms.Form):
    """A phone, if one wants to be told."""

    phone = forms.CharField(required=False, max_length=30)

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data.get("phone") or "")


class ReportForm(CategoryForm, KeyedForm, PhotosForm, PlaceForm):
    """A grid worker reports what they see; only the category is asked."""

    subcategory = forms.CharField(required=False)
    body = forms.CharField(required=False, max_length=MAX_WORDS, strip=True)
    occurred_at = forms.DateTimeField(
        required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"]
    )
    fixed_on_site = forms.BooleanField(required=False)
    owner = forms.IntegerField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind="field", **kwargs)
        self.groups = [
            (t, dictionaries.children(self.tiles, t)) for t in self.categories
        ]

    def clean_subcategory(self) -> DictionaryItem | None:
        """The finer word, if it belongs to the chosen tile; another tile's is let go."""
        item = dictionaries.item(self.tiles, self.cleaned_data.get("subcategory") or "")
        tile = self.cleaned_data.get("category")
        return item if item and tile and item.parent_id == tile.pk else None

    @property
    def words(self) -> str:
        """The report's text; what was done on the spot is said first."""
        body = str(self.cleaned_data["body"])
        if not self.cleaned_data["fixed_on_site"]:
            return body
        return f"{FIXED_ON_SITE}{body}"

    @property
    def title(self) -> str:
        """Empty where there are words to make it from."""
        data = self.cleaned_data
        item = data.get("subcategory") or data["category"]
        return "" if data["body"] else title_without_words(item, data["address"])


class RateForm(KeyedForm):
    """Is it solved, are you satisfied, anything to say."""

    is_solved = forms.ChoiceField(
        choices=[("1", gettext_lazy("Yes")), ("0", gettext_lazy("No"))],
        error_messages=SAID,
    )
    satisfaction = forms.ChoiceField(choices=SATISFACTION, error_messages=SAID)
    comment = forms.CharField(required=False, max_length=MAX_WORDS)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        face = data.get("face") if data else None
        if face:  # large type: one tap on a face says both
            solved = "0" if face == "dissatisfied" else "1"
            data = {**data.dict(), "satisfaction": face, "is_solved": solved}
        super().__init__(data, *args, **kwargs)

    def clean_is_solved(self) -> bool:
        return bool(self.cleaned_data["is_solved"] == "1")


REOPEN_REASONS = (
    ("not_done", gettext_lazy("Not repaired")),
    ("broke_again", gettext_lazy("Repaired, but broken again")),
    ("half_done", gettext_lazy("Only part of it was done")),
    ("nobody_came", gettext_lazy("Nobody came")),
)


class ReopenForm(KeyedForm, PhotosForm):
    """Why it has to be done again."""

    reason = forms.ChoiceField(choices=REOPEN_REASONS, error_messages=SAID)
    note = forms.CharField(required=False, max_length=MAX_WORDS)

    @property
    def sentence(self) -> str:
        """The reason in words, with what was added."""
        label = str(dict(REOPEN_REASONS)[self.cleaned_data["reason"]])
        note = self.cleaned_data.get("note")
        return f"{label}：{note}" if note else label


class AddForm(KeyedForm, PhotosForm):
    """More words or pictures about a request."""

    note = forms.CharField(required=False, max_length=MAX_WORDS)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("note") and not data.get("photos") and not data.get("kept"):
            self.add_error("note", _("Write a sentence, or add a photo."))
        return data


class WithdrawForm(KeyedForm):
    """Nothing but a reason, if one wants to give it."""

    note = forms.CharField(required=False, max_length=200)


class TailForm(forms.Form):
    """The last four digits of the phone that was given."""

    tail = forms.CharField(max_length=8, error_messages=SAID)

    def clean_tail(self) -> str:
        digits = plain_digits(self.cleaned_data["tail"])
        if not re.fullmatch(r"\d{4}", digits):
            raise forms.ValidationError(_("Four digits, please."))
        return digits
