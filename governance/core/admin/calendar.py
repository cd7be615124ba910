"""The working calendar: publish a year from a file, name one more day."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import calendar_import
from governance.core.actions import calendar
from governance.core.admin.events import Base
from governance.core.errors import Invalid
from governance.core.models import CalendarDay, CalendarYear

if TYPE_CHECKING:  # the stubs know the types, Django's class takes none
    YearBase = forms.ModelForm[CalendarYear]
    DayBase = forms.ModelForm[CalendarDay]
else:
    YearBase = DayBase = forms.ModelForm


class YearForm(YearBase):
    """A year, and the file that names its days off; without one the installed package."""

    year = forms.IntegerField(
        label=gettext_lazy("year"), min_value=1950, max_value=2200
    )
    file = forms.FileField(
        label=gettext_lazy("days off, CSV or Excel"),
        required=False,
        help_text=gettext_lazy(
            "Columns date, kind (holiday or make_up), name. Without a file the days come "
            "from the installed calendar, if it knows the year."
        ),
    )

    class Meta:
        model = CalendarYear
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        year, file = cleaned.get("year"), cleaned.get("file")
        if year is None:
            return cleaned
        try:
            if file:
                cleaned["plan"] = calendar_import.from_file(file, year)[year]
            else:
                cleaned["plan"] = calendar_import.from_package(year)
        except Invalid as refusal:
            for field, sentences in refusal.fields.items():
                self.add_error(field, sentences)
        return cleaned


@admin.register(CalendarYear)
class CalendarYearAdmin(Base):
    """Adding a year that is there already replaces its days."""

    form = YearForm
    list_display = ["year", "source", "loaded_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["year", "source", "loaded_at"] if obj else ["year", "file"]

    def save_model(
        self, request: HttpRequest, obj: CalendarYear, form: Any, change: bool
    ) -> None:
        file = form.cleaned_data["file"]
        row = calendar.publish_year(
            form.cleaned_data["year"],
            form.cleaned_data["plan"],
            source=file.name[:80] if file else calendar_import.PACKAGE_SOURCE,
            by=request.user,
        )
        obj.__dict__.update(row.__dict__)


class DayForm(DayBase):
    """One day of a published year."""

    class Meta:
        model = CalendarDay
        fields = ["date", "kind", "name"]

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if not CalendarYear.objects.filter(year=day.year).exists():
            words = {"year": day.year}
            raise ValidationError(_("Publish the year %(year)s first.") % words)
        return day


@admin.register(CalendarDay)
class CalendarDayAdmin(Base):
    form = DayForm
    list_display = ["date", "kind", "name", "source"]
    list_filter = ["kind"]
    date_hierarchy = "date"
    ordering = ["-date"]
    search_fields = ["name"]
    list_per_page = 50
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["date"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"date": timezone.localdate(), "kind": CalendarDay.Kind.HOLIDAY}

    def save_model(
        self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool
    ) -> None:
        calendar.set_day(
            obj.date, obj.kind, obj.name, source=obj.source or "admin", by=request.user
        )

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        calendar.clear_day(obj.date, by=request.user)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[CalendarDay]
    ) -> None:
        for row in queryset:
            calendar.clear_day(row.date, by=request.user)
