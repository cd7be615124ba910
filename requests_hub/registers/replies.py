"""The register of reply templates."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.registers import Column, Kind, Register, add
from governance.core.registers.spec import Viewer
from grids.registers.filters import RecordFilter
from grids.scoping import posts_of
from requests_hub.actions.replies import KEEPERS, save_template
from requests_hub.categories import CATEGORIES
from requests_hub.models import ReplyTemplate
from requests_hub.replies import PLACEHOLDERS


class TemplateFilter(RecordFilter):
    words_in = ("title", "body")

    occasion = django_filters.ChoiceFilter(
        choices=ReplyTemplate.Occasion.choices, label=pgettext_lazy("template", "For")
    )


def visible(viewer: Viewer) -> QuerySet[Any]:
    """The district's templates, and those of one's own town."""
    rows = ReplyTemplate.objects.select_related("large")
    found = Q(pk__in=[])
    for post in posts_of(viewer):
        here = Q(district_id=post.district_id)
        if post.grid is not None:
            here &= Q(large__isnull=True) | Q(large__tree_id=post.grid.tree_id)
        elif post.role == "officer":
            here &= Q(large__isnull=True)
        found |= here
    return rows.filter(found)


def known() -> str:
    """The placeholders, as the note of the column lists them."""
    return "、".join(f"{{{zh}}}" for zh, _fill in PLACEHOLDERS.values())


TEMPLATES = Register(
    key="reply-templates",
    model=ReplyTemplate,
    label=_("reply template"),
    plural=_("Reply templates"),
    icon="chat-left-text",
    columns=(
        Column("title", _("Title"), required=True, max_length=60, example="道路修复"),
        Column(
            "occasion",
            pgettext_lazy("template", "For"),
            Kind.CHOICE,
            required=True,
            choices=ReplyTemplate.Occasion.choices,
        ),
        Column(
            "category",
            _("Category"),
            Kind.DICTIONARY,
            dictionary=CATEGORIES,
            note=_("Empty: for every category. One above stands for all below it."),
        ),
        Column(
            "body",
            pgettext_lazy("template", "Words"),
            Kind.LONG_TEXT,
            required=True,
            max_length=2000,
            in_list=False,
            example="您好，{部门}已于{日期}办理{编号}：{办理情况}。",
            note=_("Placeholders: {编号} {标题} {部门} {日期} {办理情况}."),
        ),
        Column("order", _("Order"), Kind.INTEGER, in_list=False),
        Column(
            "town",
            pgettext_lazy("template", "Used in"),
            read_only=True,
            in_file=False,
            show=lambda row: row.large.short if row.large else str(_("whole district")),
        ),
    ),
    natural_key=("occasion", "title"),
    save=save_template,
    visible=visible,
    filters=TemplateFilter,
    readers=KEEPERS | {"leader", "admin", "auditor"},
    writers=KEEPERS,
    group=_("Loop"),
    facets=("occasion",),
    order=("occasion", "order", "pk"),
    about=_("Drafts that fill themselves; what was done is still yours to say."),
)

add(TEMPLATES)
