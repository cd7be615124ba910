"""What forms with photos share: photos that survive a refusal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.core import attachments
from governance.core.models import Attachment, User
from requests_hub.forms.fields import FilesField


class PhotosMixin(forms.Form):
    """Photos are stored when they arrive; a refused form shows them again as `kept`."""

    kept = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def keep_photos(self, by: User, purpose: str) -> list[Attachment]:
        """Store what was uploaded, and give it with what an earlier submission kept.

        Raises:
            Invalid: a file is not a picture, too large, or too many.
        """
        stored: list[Attachment] = self.__dict__.setdefault("_stored", [])
        if not stored:
            kept = [pk for pk in self.cleaned_data.get("kept", "").split(",") if pk]
            stored += Attachment.objects.filter(
                pk__in=[int(pk) for pk in kept if pk.isdigit()],
                uploaded_by=by,
                subject_id=None,
            )
            for file in self.cleaned_data.get("files") or []:
                stored.append(attachments.store(file, by=by, purpose=purpose))
        return stored

    @property
    def kept_photos(self) -> list[Attachment]:
        """Photos to show again in a refused form."""
        kept: list[Attachment] = self.__dict__.get("_stored", [])
        return kept

    @property
    def kept_value(self) -> str:
        return ",".join(str(photo.pk) for photo in self.kept_photos)


def photos_field(*, required: bool = False) -> FilesField:
    return FilesField(label=_("Photos"), required=required)
