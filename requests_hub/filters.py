"""The one filter of requests: list, desk, export, map and API read the same query string."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.models import DictionaryItem
from grids.scoping import Viewer
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request, Task
from requests_hub.queries import drill
from requests_hub.workflow import REQUEST

LEVEL_BY_DIGITS = {9: "large", 12: "medium", 14: "small", 17: "micro"}
DUE_CHOICES = (
    ("overdue", _("Overdue")),
    ("today", _("Due today")),
    ("3d", _("Within 3 days")),
    ("none", _("No deadline")),
)
MONTH_CHOICES = (("month", _("This month")),)
TURN_CHOICES = (("me", _("My turn")),)
OPEN_CHOICES = (("1", _("Open now")), ("0", _("Ended")))


class CommaChoices(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """Several choices as one comma-separated value: `state=submitted,accepted`."""


def month_start(day: date) -> datetime:
    """The first moment of the day's month, local time."""
    return timezone.make_aware(datetime.combine(day.replace(day=1), time.min))


def end_of_today() -> datetime:
    """The last moment of today, local time."""
    return timezone.make_aware(datetime.combine(timezone.localdate(), time.max))


class ViewerFilter(django_filters.FilterSet):
    """Narrows rows that `user` may already see; it never widens the scope.

    `turn=me` and `overdue` mean for requests and for tasks what their querysets say.
    """

    turn = django_filters.ChoiceFilter(
        choices=TURN_CHOICES, method="by_turn", label=_("Whose turn")
    )
    overdue = django_filters.BooleanFilter(method="by_overdue", label=_("Overdue"))

    def __init__(
        self, data: Any = None, queryset: Any = None, *, user: Viewer | None = None
    ) -> None:
        super().__init__(data, queryset)
        self.user = user

    def by_turn(self, rows: Any, _name: str, _value: str) -> Any:
        """What this person can move on now; nothing for nobody."""
        return rows.awaiting(self.user) if self.user else rows.none()

    def by_overdue(self, rows: Any, _name: str, value: bool) -> Any:
        """The late ones, or all others."""
        late = self._meta.model.objects.overdue().values("pk")
        return rows.overdue() if value else rows.exclude(pk__in=late)


class RequestFilter(ViewerFilter):
    """Of requests. An area is `grid=<code>` of any level, or the level by its name."""

    q = django_filters.CharFilter(method="by_words", label=_("Words or number"))
    state = CommaChoices(choices=REQUEST.choices, label=_("State"))
    open = django_filters.ChoiceFilter(
        choices=OPEN_CHOICES, method="by_open", label=_("Progress")
    )
    grid = django_filters.CharFilter(method="by_grid", label=_("Area"))
    large = django_filters.CharFilter(field_name="large__code", label=_("Area"))
    medium = django_filters.CharFilter(field_name="medium__code", label=_("Area"))
    small = django_filters.CharFilter(field_name="small__code", label=_("Area"))
    micro = django_filters.CharFilter(field_name="micro__code", label=_("Area"))
    category = django_filters.CharFilter(method="by_category", label=_("Category"))
    channel = CommaChoices(choices=Request.Channel.choices, label=_("Source"))
    urgency = CommaChoices(choices=Request.Urgency.choices, label=_("Urgency"))
    due = django_filters.ChoiceFilter(
        choices=DUE_CHOICES, method="by_due", label=_("Deadline")
    )
    department = django_filters.CharFilter(
        method="by_department", label=_("Department")
    )
    since = django_filters.DateFilter(method="by_since", label=_("Asked from"))
    until = django_filters.DateFilter(method="by_until", label=_("Asked until"))

    closed = django_filters.ChoiceFilter(
        choices=MONTH_CHOICES, method="by_closed", label=_("Closed")
    )
    rated = django_filters.ChoiceFilter(
        choices=MONTH_CHOICES, method="by_rated", label=_("Rated")
    )

    figure = django_filters.CharFilter(method="by_figure", label=_("Figure"))
    first = django_filters.DateFilter(method="as_given", label=_("From day"))
    last = django_filters.DateFilter(method="as_given", label=_("Until day"))
    cut = django_filters.IsoDateTimeFilter(method="as_given", label=_("Cut off"))
    issue = django_filters.NumberFilter(method="by_issue", label=_("Hot issue"))

    class Meta:
        model = Request
        fields: Iterable[str] = ()

    def by_words(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """A number is looked up whole; anything else is looked for in title and address."""
        words = value.strip()
        if not words:
            return rows
        found = Q(title__icontains=words) | Q(address__icontains=words)
        return rows.filter(found | Q(no__iexact=words))

    def by_open(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """The open states as a list, so that the partial index fits."""
        is_open = Q(state__in=REQUEST.open_states)
        return rows.filter(is_open if value == "1" else ~is_open)

    def by_grid(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """A grid by its code; the code's length says the level."""
        level = LEVEL_BY_DIGITS.get(len(value)) if value.isdigit() else None
        return rows.filter(**{f"{level}__code": value}) if level else rows.none()

    def by_category(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """A category by its code, with what lies under it."""
        items = DictionaryItem.objects.of(CATEGORIES)
        under = items.filter(
            Q(code=value) | Q(parent__code=value) | Q(parent__parent__code=value)
        )
        return rows.filter(category__in=under.values("pk"))

    def by_due(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """Open requests by their deadline; an ended one is neither due nor late."""
        now = timezone.now()
        until = {
            "overdue": now,
            "today": end_of_today(),
            "3d": now + timedelta(days=3),
        }.get(value)
        rows = rows.filter(state__in=REQUEST.open_states)
        if until is None:
            return rows.filter(due_at__isnull=True)
        rows = rows.filter(due_at__lt=until)
        return rows if value == "overdue" else rows.filter(due_at__gte=now)

    def by_department(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """Requests on which this department was called, leading or assisting."""
        return rows.filter(pk__in=_called(value))

    def by_closed(self, rows: QuerySet[Request], _name: str, _value: str) -> Any:
        """Closed this month and not opened again; what the rate of the month counts."""
        return rows.filter(closed_at__gte=month_start(timezone.localdate()))

    def by_rated(self, rows: QuerySet[Request], _name: str, _value: str) -> Any:
        """Rated this month; what the satisfaction of the month counts."""
        first = month_start(timezone.localdate())
        return rows.filter(rated_at__gte=first).exclude(satisfaction="")

    @property
    def behind(self) -> drill.Behind | None:
        """What the figure counts that the query string names; None where it names none."""
        given = self.form.cleaned_data if self.form.is_valid() else {}
        if not (given.get("figure") and given.get("first") and given.get("last")):
            return None
        return drill.behind(
            given["figure"],
            given["first"],
            given["last"],
            until=given.get("cut"),
            department=given.get("department", ""),
        )

    def by_figure(self, rows: QuerySet[Request], _name: str, _value: str) -> Any:
        """What a figure of the assessment or a bulletin counts, from `first` to `last`."""
        found = self.behind
        return rows.filter(found.requests) if found else rows.none()

    def by_issue(self, rows: QuerySet[Request], _name: str, value: Any) -> Any:
        """The requests of one hot issue."""
        if value != int(value) or not 0 < value < 2**63:
            return rows.none()
        return rows.filter(likeness__issue=int(value))

    def as_given(self, rows: QuerySet[Request], _name: str, _value: Any) -> Any:
        """Part of another condition."""
        return rows

    def by_since(self, rows: QuerySet[Request], _name: str, value: Any) -> Any:
        """Asked on this day or later."""
        return rows.filter(submitted_at__gte=_day_start(value))

    def by_until(self, rows: QuerySet[Request], _name: str, value: Any) -> Any:
        """Asked on this day or earlier."""
        return rows.filter(submitted_at__lt=_day_start(value) + timedelta(days=1))


class TaskFilter(ViewerFilter):
    """Of tasks."""

    state = django_filters.CharFilter(field_name="state", label=_("State"))
    kind = django_filters.ChoiceFilter(choices=Task.Kind.choices, label=_("Kind"))
    department = django_filters.CharFilter(
        field_name="department__code", label=_("Department")
    )
    request = django_filters.NumberFilter(field_name="request_id", label=_("Request"))

    class Meta:
        model = Task
        fields: Iterable[str] = ()


def _day_start(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _called(code: str) -> QuerySet[Any]:
    return Task.objects.filter(department__code=code).values("request_id")
