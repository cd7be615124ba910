"""The registers of work lines: their own grids, and the duties they give to ours."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import dictionaries
from governance.core.registers import Column, Kind, Register, add
from grids import recurrence
from grids.actions import lines as actions
from grids.models import Grid, LineDuty, LineGrid
from grids.models.nets import LINES
from grids.registers import base
from grids.registers.filters import RecordFilter

GROUP = gettext_lazy("Grids and teams")
LINE = Column(
    "line",
    gettext_lazy("Work line"),
    Kind.DICTIONARY,
    required=True,
    dictionary=LINES,
    aliases=("条线", "工作条线", "线条", "业务线"),
)
LEVELS = Column(
    "level",
    gettext_lazy("Level"),
    Kind.CHOICE,
    choices=Grid.Level.choices,
    note=gettext_lazy("Of the integrated grid it is meant to fit; may be empty."),
    aliases=("层级", "网格层级", "网格级别"),
)


class LineGridFilters(RecordFilter):
    """By line, by where it stands on the review desk, by town."""

    words_in = ("code", "name", "parent_name")
    line = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(LINES), label=gettext_lazy("Work line")
    )
    desk = django_filters.ChoiceFilter(
        choices=LineGrid.Desk.choices, label=gettext_lazy("Review")
    )


class LineDutyFilters(RecordFilter):
    """By line, level, area type and who does it."""

    words_in = ("what",)
    line = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(LINES), label=gettext_lazy("Work line")
    )
    level = django_filters.ChoiceFilter(
        choices=Grid.Level.choices, label=gettext_lazy("Level")
    )
    area_type = django_filters.ChoiceFilter(
        choices=Grid.AreaType.choices, label=gettext_lazy("Area type")
    )
    role = django_filters.ChoiceFilter(
        choices=LineDuty.Role.choices, label=pgettext_lazy("who", "Done by")
    )


def _mapped(row: LineGrid) -> str:
    return str(row.get_desk_display())


def _rule(row: LineDuty) -> str:
    return recurrence.words(row.rule)


def _visible_duties(viewer: Any) -> Any:
    return LineDuty.objects.visible_to(viewer)


add(
    Register(
        key="line-grids",
        title="name",
        model=LineGrid,
        label=gettext_lazy("Grid of a work line"),
        plural=gettext_lazy("Grids of work lines"),
        about=gettext_lazy(
            "Each line's own list with its own codes. To see what a newer list would change,"
            " hand it in on the page of the line."
        ),
        icon="layers",
        group=GROUP,
        columns=(
            LINE,
            Column(
                "code",
                gettext_lazy("Own code"),
                required=True,
                max_length=40,
                example="ZZ445302-086",
                aliases=("编码", "网格编码", "网格编号", "本线编码", "代码"),
            ),
            Column(
                "name",
                gettext_lazy("Own name"),
                required=True,
                max_length=80,
                aliases=("名称", "网格名称", "本线名称"),
            ),
            Column(
                "parent_name",
                gettext_lazy("Name above"),
                max_length=80,
                note=gettext_lazy("Village or community as the line writes it."),
                aliases=("上级名称", "上级", "所属社区", "所属村", "村社区"),
            ),
            Column(
                "parent_code",
                gettext_lazy("Code above"),
                max_length=40,
                in_list=False,
                aliases=("上级编码", "上级代码"),
            ),
            LEVELS,
            Column(
                "leader_name",
                gettext_lazy("Leader"),
                max_length=40,
                in_list=False,
                aliases=("网格长", "负责人", "网格长姓名"),
            ),
            Column(
                "grid",
                gettext_lazy("Town or grid"),
                Kind.GRID,
                note=gettext_lazy(
                    "Where to look for its integrated grid; may be empty."
                ),
                aliases=("所在镇街", "镇街", "所属镇街"),
            ),
            Column(
                "desk",
                gettext_lazy("Review"),
                read_only=True,
                in_file=False,
                show=_mapped,
            ),
        ),
        natural_key=("line", "code"),
        save=actions.save_line_grid,
        visible=base.visible(LineGrid),
        readers=base.DESK | base.READERS | {"officer"},
        writers=base.DESK,
        filters=LineGridFilters,
        facets=("line", "desk", "grid"),
    ),
    Register(
        key="line-duties",
        model=LineDuty,
        label=gettext_lazy("Duty of a work line"),
        plural=gettext_lazy("Duties of work lines"),
        about=gettext_lazy(
            "What each line asks of each level; the time grid plans by it."
        ),
        icon="list-check",
        group=GROUP,
        columns=(
            LINE,
            Column(
                "level",
                gettext_lazy("Level"),
                Kind.CHOICE,
                required=True,
                choices=Grid.Level.choices,
                aliases=("层级", "网格层级"),
            ),
            Column(
                "area_type",
                gettext_lazy("Area type"),
                Kind.CHOICE,
                choices=Grid.AreaType.choices,
                note=gettext_lazy("Empty: every type."),
                aliases=("区域类型", "类型"),
            ),
            Column(
                "what",
                gettext_lazy("Duty"),
                required=True,
                max_length=120,
                aliases=("职责", "工作内容", "任务", "工作任务"),
            ),
            Column(
                "rule",
                gettext_lazy("How often"),
                parse=recurrence.parse,
                show=_rule,
                max_length=200,
                note=gettext_lazy(
                    "Every week, every month, as needed …, or a rule such as"
                    " FREQ=MONTHLY;BYMONTHDAY=1,15"
                ),
                example="每月",
                aliases=("频次", "周期", "多久一次"),
            ),
            Column(
                "day_rule",
                gettext_lazy("On days off"),
                Kind.CHOICE,
                choices=LineDuty.DayRule.choices,
                in_list=False,
                aliases=("遇休息日", "节假日"),
            ),
            Column(
                "role",
                pgettext_lazy("who", "Done by"),
                Kind.CHOICE,
                required=True,
                choices=LineDuty.Role.choices,
                aliases=("责任人", "由谁做", "执行人", "责任角色"),
            ),
            Column(
                "starts_on",
                pgettext_lazy("date", "from"),
                Kind.DATE,
                in_list=False,
                aliases=("开始日期", "起"),
            ),
            Column(
                "ends_on",
                pgettext_lazy("date", "to"),
                Kind.DATE,
                in_list=False,
                aliases=("结束日期", "止"),
            ),
        ),
        natural_key=("line", "level", "area_type", "what"),
        save=actions.save_duty,
        visible=_visible_duties,
        readers=base.READ | {"officer"},
        writers=frozenset({"district", "admin"}),
        filters=LineDutyFilters,
        facets=("line", "level", "role"),
        order=("line", "-level", "pk"),
    ),
)
