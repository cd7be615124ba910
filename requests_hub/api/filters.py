"""The list's filters, as query parameters."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from requests_hub.models import Request, Task
from requests_hub.workflow import REQUEST


class CommaChoices(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """Several choices as one comma-separated value: `state=submitted,accepted`."""


class RequestFilter(django_filters.FilterSet):
    """Narrows requests that the caller may already see; it never widens the scope."""

    state = CommaChoices(choices=REQUEST.choices)
    category = django_filters.CharFilter(field_name="category__code")
    channel = CommaChoices(choices=Request.Channel.choices)
    large = django_filters.CharFilter(field_name="large__code")
    medium = django_filters.CharFilter(field_name="medium__code")
    small = django_filters.CharFilter(field_name="small__code")
    micro = django_filters.CharFilter(field_name="micro__code")
    q = django_filters.CharFilter(method="by_words")
    turn = django_filters.ChoiceFilter(choices=(("me", "me"),), method="by_turn")
    overdue = django_filters.BooleanFilter(method="by_overdue")

    class Meta:
        model = Request
        fields: tuple[str, ...] = ()

    def by_words(self, rows: QuerySet[Request], _name: str, value: str) -> Any:
        """A number is looked up whole; anything else is looked for in title and address."""
        found = Q(title__icontains=value) | Q(address__icontains=value)
        return rows.filter(found | Q(no__iexact=value))

    def by_turn(self, rows: Any, _name: str, _value: str) -> Any:
        return rows.awaiting(self.request.user)

    def by_overdue(self, rows: Any, _name: str, value: bool) -> Any:
        late = Request.objects.overdue().values("pk")
        return rows.overdue() if value else rows.exclude(pk__in=late)


class TaskFilter(django_filters.FilterSet):
    """The same for tasks."""

    state = django_filters.CharFilter(field_name="state")
    kind = django_filters.ChoiceFilter(choices=Task.Kind.choices)
    department = django_filters.CharFilter(field_name="department__code")
    request = django_filters.NumberFilter(field_name="request_id")
    turn = django_filters.ChoiceFilter(choices=(("me", "me"),), method="by_turn")
    overdue = django_filters.BooleanFilter(method="by_overdue")

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def by_turn(self, rows: Any, _name: str, _value: str) -> Any:
        return rows.awaiting(self.request.user)

    def by_overdue(self, rows: Any, _name: str, value: bool) -> Any:
        late = Task.objects.overdue().values("pk")
        return rows.overdue() if value else rows.exclude(pk__in=late)
