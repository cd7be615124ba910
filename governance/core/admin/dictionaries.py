"""Lists of terms: small ones are edited in one form, long ones page by page."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from governance.core import dictionaries, dictionary_import
from governance.core.actions.dictionaries import fill
from governance.core.admin.events import Base
from governance.core.errors import Invalid
from governance.core.models import Dictionary, DictionaryItem

LONGEST_INLINE = 60
if TYPE_CHECKING:  # the stubs know the types, Django's classes take none
    InlineBase = admin.TabularInline[Any, Any]
    ListForm = forms.ModelForm[Dictionary]
else:
    InlineBase = admin.TabularInline
    ListForm = forms.ModelForm


class FreshAdmin(Base):
    """Forgets this process's copy of the lists after every change."""

    list_per_page = 50
    show_full_result_count = False

    def changeform_view(self, request: HttpRequest, *args: Any, **more: Any) -> Any:
        response = super().changeform_view(request, *args, **more)
        return _forget_after(request, response)

    def changelist_view(self, request: HttpRequest, *args: Any, **more: Any) -> Any:
        response = super().changelist_view(request, *args, **more)
        return _forget_after(request, response)

    def delete_view(self, request: HttpRequest, *args: Any, **more: Any) -> Any:
        response = super().delete_view(request, *args, **more)
        return _forget_after(request, response)


def _forget_after(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.method == "POST":
        dictionaries.forget()
    return response


class ItemInline(InlineBase):
    model = DictionaryItem
    fields = [
        "code",
        "label_zh",
        "label_en",
        "icon",
        "order",
        "is_active",
        "is_proposal",
    ]
    extra = 1
    can_delete = False


class DictionaryForm(ListForm):
    """A list, and if wanted a file whose entries are added to it."""

    file = forms.FileField(
        label=_("entries, CSV or Excel"),
        required=False,
        help_text=_(
            "Columns code, label_zh and, if wanted, parent, label_en, icon, order, "
            "is_active, data. Known codes are brought up to date."
        ),
    )

    class Meta:
        model = Dictionary
        fields = ["code", "label_zh", "label_en", "note", "is_proposal"]

    def clean_file(self) -> list[dictionary_import.Entry]:
        file = self.cleaned_data.get("file")
        if not file:
            return []
        try:
            return dictionary_import.from_file(file)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.fields["file"]) from refusal


@admin.register(Dictionary)
class DictionaryAdmin(FreshAdmin):
    form = DictionaryForm
    list_display = ["label_zh", "label_en", "code", "entries", "is_proposal"]
    list_filter = ["is_proposal"]
    search_fields = ["code", "label_zh", "label_en"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(count=Count("items"))
        return counted

    @admin.display(description=_("entries"), ordering="count")
    def entries(self, row: Any) -> str:
        address = reverse("admin:core_dictionaryitem_changelist")
        return format_html(
            '<a href="{}?dictionary__id__exact={}">{}</a>', address, row.pk, row.count
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        if obj and obj.items.count() > LONGEST_INLINE:
            return []
        return [ItemInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if found := form.cleaned_data.get("file"):
            fill(form.instance.code, found, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DictionaryItem)
class DictionaryItemAdmin(FreshAdmin):
    list_display = [
        "code",
        "label_zh",
        "label_en",
        "parent",
        "icon",
        "order",
        "is_active",
        "is_proposal",
    ]
    list_display_links = ["code"]
    list_editable = ["label_zh", "label_en", "order", "is_active", "is_proposal"]
    list_filter = ["dictionary", "is_active", "is_proposal"]
    list_select_related = ["parent"]
    search_fields = ["code", "label_zh", "label_en"]
    autocomplete_fields = ["parent"]
    ordering = ["dictionary", "order", "id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["dictionary", "code"] if obj else []
