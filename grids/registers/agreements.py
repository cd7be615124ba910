"""The register of agreements between Party bodies, departments and units."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import registers
from governance.core.registers import Column, Kind, Register
from governance.core.registers.reading import narrow
from governance.core.registers.spec import Planned, Problem
from grids.actions.agreements import ItemRow, late, save_agreement
from grids.models import Agreement
from grids.party_workflow import AGREEMENT
from grids.registers import base
from grids.registers.filters import RecordFilter
from grids.registers.party import BETWEEN, DESK_WRITERS, PARTY, choices

BARS = re.compile(r"\s*[|｜]\s*")

NEEDS = (
    ("overdue", gettext_lazy("an item is overdue")),
    ("open", gettext_lazy("items open")),
)


class AgreementFilter(RecordFilter):
    words_in = ("title", "no", "parties__unit_name", "parties__organisation__name")

    kind = django_filters.ChoiceFilter(
        choices=choices("agreement_kind"), label=gettext_lazy("kind")
    )
    state = django_filters.ChoiceFilter(
        choices=AGREEMENT.choices, label=gettext_lazy("state")
    )
    needs = django_filters.ChoiceFilter(
        choices=NEEDS, method="by_needs", label=gettext_lazy("not met")
    )

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = super().by_words(Agreement.objects.all(), name, value)
        return rows.filter(pk__in=found.values("pk"))

    def by_needs(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        items = Q(items__state="open")
        if value == "overdue":
            items &= Q(items__due__lt=timezone.localdate())
        return rows.filter(pk__in=Agreement.objects.filter(items).values("pk"))

    def by_ended(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Naming a state looks among the ended as well."""
        if self.form.cleaned_data.get("state"):
            return rows
        return super().by_ended(rows, name, value)


def agreements(viewer: Any) -> QuerySet[Any]:
    rows = base.visible(Agreement)(viewer)
    return rows.prefetch_related(
        "parties__organisation", "parties__department", "items"
    )


def read_names(text: str) -> list[str]:
    return [part.strip() for part in BETWEEN.split(text) if part.strip()]


def read_items(text: str) -> list[ItemRow]:
    """One item a line: what | who | by (2026-12-31); the last two may be left out.

    Raises:
        ValueError: a day that is no date, or an item without words.
    """
    rows = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        what, who, due, *_more = [*BARS.split(line), "", ""]
        if not what:
            raise ValueError(
                _("An item says what is to be done: %(line)s") % {"line": line}
            )
        rows.append(ItemRow(what[:200], who[:80], _day(due)))
    return rows


def _day(text: str) -> date | None:
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", narrow(text))
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(text)
    except ValueError:
        words = _("“%(text)s” is no day; write it as 2026-12-31.")
        raise ValueError(words % {"text": text}) from None


def check_rows(rows: Sequence[Planned], _viewer: Any) -> None:
    """Say before an import which items are due after the term."""
    for row in rows:
        ends = row.values.get("term_to") or (row.target.term_to if row.target else None)
        for item in row.values.get("items") or ():
            if words := late(item.what, item.due, ends or date.max):
                row.problems.append(Problem("items", words))


def _sides(row: Agreement) -> str:
    return "、".join(str(side) for side in row.parties.all())


def _items(row: Agreement) -> str:
    lines = [
        " | ".join(
            filter(None, (i.what, i.who or ("-" if i.due else ""), f"{i.due or ''}"))
        )
        for i in row.items.all()
        if i.state != "dropped"
    ]
    return "\n".join(lines)


def _progress(row: Agreement) -> str:
    items = [item for item in row.items.all() if item.state != "dropped"]
    done = sum(item.state == "done" for item in items)
    late = sum(item.is_overdue for item in items)
    words = _("%(done)s of %(all)s done") % {"done": done, "all": len(items)}
    return words + (_(", %(late)s overdue") % {"late": late} if late else "")


AGREEMENTS = Register(
    key="agreements",
    model=Agreement,
    label=gettext_lazy("agreement"),
    plural=gettext_lazy("agreements"),
    columns=(
        Column("title", gettext_lazy("title"), required=True, max_length=100),
        Column(
            "kind",
            gettext_lazy("kind"),
            Kind.DICTIONARY,
            dictionary="agreement_kind",
            required=True,
        ),
        Column(
            "sides",
            gettext_lazy("sides"),
            Kind.LONG_TEXT,
            required=True,
            parse=read_names,
            show=_sides,
            note=gettext_lazy("At least two names, set apart by 、."),
            example="星岩社区第一网格党支部、云城区水务局",
        ),
        Column("grid", gettext_lazy("grid"), Kind.GRID, required=True),
        Column("signed_on", gettext_lazy("signed on"), Kind.DATE, in_list=False),
        Column("term_from", gettext_lazy("term from"), Kind.DATE, required=True),
        Column("term_to", gettext_lazy("term to"), Kind.DATE, required=True),
        Column(
            "items",
            pgettext_lazy("agreement", "items"),
            Kind.LONG_TEXT,
            parse=read_items,
            show=_items,
            note=gettext_lazy("One a line: what | who | by when (2026-12-31)."),
            example="每季度联合开展主题党日 | 区水务局机关支部 | 2026-12-31",
            in_list=False,
        ),
        Column(
            "progress",
            gettext_lazy("progress"),
            show=_progress,
            read_only=True,
            in_file=False,
        ),
        Column(
            "no",
            gettext_lazy("number"),
            max_length=30,
            note=gettext_lazy("Left empty, it is given."),
            in_list=False,
        ),
        Column("note", gettext_lazy("note"), Kind.LONG_TEXT, in_list=False),
        Column(
            "state",
            gettext_lazy("state"),
            Kind.CHOICE,
            choices=AGREEMENT.choices,
            read_only=True,
        ),
    ),
    natural_key=("title", "term_from"),
    save=save_agreement,
    check=check_rows,
    visible=agreements,
    filters=AgreementFilter,
    facets=("grid", "kind", "state", "needs", "ended"),
    readers=base.READ,
    writers=DESK_WRITERS,
    icon="link-45deg",
    group=PARTY,
    page=lambda row: reverse("agreement", args=[row.pk]),
    about=gettext_lazy(
        "Joint building and pairing between Party bodies, departments and units."
    ),
)

registers.add(AGREEMENTS)
