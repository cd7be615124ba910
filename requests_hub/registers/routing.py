"""The register of routing rules."""

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import dictionaries, registers
from governance.core.registers import Column, Kind, Register
from grids import hours
from grids.models import Department, Grid
from grids.registers import base
from grids.registers.filters import RecordFilter
from requests_hub.actions.routing import save_rule
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request, RoutingRule, Whistle
from requests_hub.routing.rules import BETWEEN

LOOP = gettext_lazy("Loop")
CONDITION = gettext_lazy("Empty: fits everything.")


class RuleFilter(RecordFilter):
    words_in = ("name", "words")

    state = django_filters.ChoiceFilter(
        choices=RoutingRule.State.choices, label=pgettext_lazy("rule", "State")
    )
    channel = django_filters.ChoiceFilter(
        choices=Request.Channel.choices, label=gettext_lazy("Channel")
    )


def _read_category(text: str) -> str:
    """The code of a category, given as its code, its name, or its path from the top."""
    rows = dictionaries.items(CATEGORIES)
    if any(row.code == text for row in rows):
        return text
    parts = [part.strip() for part in text.replace(">", "/").split("/") if part.strip()]
    found = [
        row.code
        for row in rows
        if [e.label for e in dictionaries.path(row)][-len(parts) :] == parts
    ]
    if len(found) != 1:
        words = _("“%(text)s” is no category, or several; write the code.")
        raise ValueError(words % {"text": text})
    return found[0]


def _show_category(row: RoutingRule) -> str:
    entry = dictionaries.item(CATEGORIES, row.category)
    if entry is None:
        return row.category
    return "/".join(e.label for e in dictionaries.path(entry))


def _read_departments(text: str) -> list[Department]:
    """Departments by name or short name.

    Raises:
        ValueError: one of them is not known.
    """
    found = []
    for part in filter(None, BETWEEN.split(text)):
        rows = Department.objects.active()
        row = rows.filter(name=part).first() or rows.filter(short_name=part).first()
        if row is None:
            words = _("There is no department “%(key)s”.") % {"key": part}
            raise ValueError(words)
        found.append(row)
    return found


def _show_departments(row: RoutingRule) -> str:
    known = Department.objects.in_bulk(row.assist)
    return "、".join(known[pk].short for pk in row.assist if pk in known)


WHEN = (
    Column(
        "category",
        gettext_lazy("Category"),
        max_length=60,
        parse=_read_category,
        show=_show_category,
        note=gettext_lazy("Of any level, by name or code. Empty: fits everything."),
        example="城乡建设/城市建设和市政管理",
    ),
    Column("grid", gettext_lazy("Grid"), Kind.GRID, note=CONDITION),
    Column(
        "words",
        gettext_lazy("Words"),
        Kind.LONG_TEXT,
        max_length=600,
        note=gettext_lazy("One of them must occur; words tied by + must all occur."),
        example="路灯 井盖+破损",
    ),
    Column(
        "channel",
        gettext_lazy("Channel"),
        Kind.CHOICE,
        choices=Request.Channel.choices,
        note=CONDITION,
        in_list=False,
    ),
    Column(
        "area_type",
        gettext_lazy("Area type"),
        Kind.CHOICE,
        choices=Grid.AreaType.choices,
        note=CONDITION,
        in_list=False,
    ),
    Column(
        "hours",
        gettext_lazy("Days and times"),
        parse=hours.parse,
        show=lambda row: hours.as_text(row.hours),
        note=gettext_lazy(
            "When the request came in, such as 周一至周五 18:00-24:00; "
            "parts set apart by a semicolon."
        ),
        example="周一至周五 18:00-24:00；周末 00:00-24:00",
        in_list=False,
    ),
    Column("starts_on", gettext_lazy("Valid from"), Kind.DATE, in_list=False),
    Column("ends_on", gettext_lazy("Valid until"), Kind.DATE, in_list=False),
)
THEN = (
    Column(
        "lead",
        gettext_lazy("Lead department"),
        Kind.REFERENCE,
        target="departments",
        required=True,
    ),
    Column(
        "assist",
        gettext_lazy("Assisting departments"),
        parse=_read_departments,
        show=_show_departments,
        note=gettext_lazy("By name, set apart by 、"),
        example="公安分局、交通局",
    ),
    Column(
        "kind",
        gettext_lazy("Deadline class"),
        Kind.CHOICE,
        choices=Whistle.Kind.choices,
        note=gettext_lazy("Routine when left out."),
    ),
    Column(
        "due",
        gettext_lazy("Own time to handle it"),
        max_length=12,
        note=gettext_lazy("Such as 3d or 4h; empty: by the deadline class."),
        example="3d",
        in_list=False,
    ),
    Column(
        "urgency",
        gettext_lazy("Raise the urgency to"),
        Kind.CHOICE,
        choices=Request.Urgency.choices,
        in_list=False,
    ),
    Column("is_automatic", gettext_lazy("Dispatches by itself"), Kind.YES_NO),
)

registers.add(
    Register(
        key="routing-rules",
        model=RoutingRule,
        label=gettext_lazy("routing rule"),
        plural=gettext_lazy("Routing rules"),
        icon="signpost-split",
        group=LOOP,
        about=gettext_lazy(
            "Which departments a request goes to. The first rule that fits decides; each is tried"
            " on past requests before it goes live."
        ),
        columns=(
            Column(
                "name",
                pgettext_lazy("thing", "Name"),
                required=True,
                max_length=60,
                example="路灯归城管",
            ),
            *WHEN,
            *THEN,
            Column(
                "state",
                pgettext_lazy("rule", "State"),
                Kind.CHOICE,
                choices=RoutingRule.State.choices,
                read_only=True,
            ),
            Column(
                "off_reason",
                gettext_lazy("Why it is off"),
                read_only=True,
                in_list=False,
            ),
        ),
        natural_key=("name",),
        save=save_rule,
        visible=base.visible(RoutingRule),
        filters=RuleFilter,
        facets=("grid", "state", "channel"),
        order=("order", "pk"),
        readers=base.DESK | base.READERS,
        writers=base.DESK,
    )
)
