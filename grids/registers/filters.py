"""The filter that registers of placed records share; a topic adds its own facets.

    class SentimentFilter(RecordFilter):
        words_in = ("title", "body")
        kind = django_filters.ChoiceFilter(choices=lambda: dictionaries.choices("sentiment_kind"))

Register it as `filters=SentimentFilter, facets=("grid", "kind")`.
"""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grids import locate

LIFE = (("0", _("Kept now")), ("1", _("Ended")))


class RecordFilter(django_filters.FilterSet):
    """`q` looks in `words_in`; `grid` is a code of any level; `ended=1` lists ended records.

    It narrows rows that somebody may already see; it never widens the scope.
    """

    words_in: ClassVar[tuple[str, ...]] = ("name",)

    q = django_filters.CharFilter(method="by_words", label=_("Words"))
    grid = django_filters.CharFilter(method="by_grid", label=_("Area"))
    ended = django_filters.ChoiceFilter(
        choices=LIFE, method="by_ended", label=_("Kept")
    )

    def by_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Every word must be in one of the columns."""
        for word in value.replace("\0", "").split()[:5]:
            either = Q(pk__in=[])
            for column in self.words_in:
                either |= Q(**{f"{column}__icontains": word})
            rows = rows.filter(either)
        return rows

    def by_grid(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        place = locate.place_by_code(value.strip())
        if place is None:
            return rows.none()
        return rows.filter(**{f"{place.level}_id": place.grid_id})

    def by_ended(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(ended_on__isnull=value != "1")
