"""Named lists that administrators edit."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from governance.core.models.versions import bumps


class Dictionary(models.Model):
    """A list such as request categories; `is_proposal` marks a seed nobody has confirmed."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=60)
    label_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_proposal = models.BooleanField(_("proposal"), default=True)

    class Meta:
        verbose_name = _("dictionary")
        verbose_name_plural = _("dictionaries")
        ordering = ["code"]
        triggers = [bumps("dictionaries")]

    def __str__(self) -> str:
        return self.label_zh


class DictionaryItemQuerySet(models.QuerySet["DictionaryItem"]):
    def of(self, dictionary: str) -> "DictionaryItemQuerySet":
        return self.filter(dictionary__code=dictionary)

    def active(self) -> "DictionaryItemQuerySet":
        return self.filter(is_active=True)


class DictionaryItem(models.Model):
    """One entry; `parent` makes levels (class, subclass, item)."""

    dictionary = models.ForeignKey(Dictionary, models.CASCADE, related_name="items")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(_("code"), max_length=60)
    label_zh = models.CharField(_("label (Chinese)"), max_length=80)
    label_en = models.CharField(_("label (English)"), max_length=120, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    order = models.PositiveIntegerField(pgettext_lazy("in a list", "order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    is_proposal = models.BooleanField(_("proposal"), default=True)
    data = models.JSONField(_("settings"), default=dict, blank=True)

    objects = DictionaryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("dictionary entry")
        verbose_name_plural = _("dictionary entries")
        ordering = ["dictionary", "order", "id"]
        triggers = [bumps("dictionaries")]
        constraints = [
            models.UniqueConstraint(
                fields=["dictionary", "code"], name="core_dictionaryitem_code"
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """An entry hangs below an entry of its own list, and not below itself."""
        above = self.parent
        if above and above.dictionary_id != self.dictionary_id:
            raise ValidationError({"parent": _("This entry is in another list.")})
        while above:
            if above.pk == self.pk:
                raise ValidationError(
                    {"parent": _("An entry cannot lie below itself.")}
                )
            above = above.parent

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        if self.label_en and (get_language() or "").startswith("en"):
            return self.label_en
        return self.label_zh
