"""Registers of the 12345 hotline: its messages with their states, and what the states mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.registers.spec import (
    Column,
    Kind,
    Planned,
    Problem,
    Register,
    Viewer,
    add,
)
from grids.registers import base
from grids.registers.filters import RecordFilter
from grids.scoping import posts_of
from requests_hub import hotline
from requests_hub.actions import hotline_messages as actions
from requests_hub.actions.clients import KEEPERS
from requests_hub.categories import CATEGORIES
from requests_hub.models import HotlineMessage, HotlineState, Request
from requests_hub.workflow import REQUEST

HOTLINE = gettext_lazy("12345 hotline")


class StateFilter(RecordFilter):
    words_in = ("theirs", "ours")
    ours = django_filters.ChoiceFilter(
        choices=REQUEST.choices, label=gettext_lazy("Our state")
    )


class MessageFilter(RecordFilter):
    words_in = ("number", "their_state", "request__title")
    request__state = django_filters.ChoiceFilter(
        choices=REQUEST.choices, label=gettext_lazy("Our state")
    )


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    found = hotline.read_moment(text.strip())
    if found is None:
        raise ValueError(_("The time is not like 2019/2/28 11:25:05."))
    return found


def _occurred(row: HotlineMessage) -> str:
    at = row.request.occurred_at
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _of_request(name: str) -> Any:
    def show(row: HotlineMessage) -> str:
        return str(getattr(row.request, name) or "")

    return show


def _is_theirs(row: HotlineMessage) -> bool:
    """Whether the hotline answered it, and not we."""
    return bool(row.request.route == Request.Route.HOTLINE)


def _their_reply(row: HotlineMessage) -> str:
    return row.request.reply if _is_theirs(row) else ""


def _their_replied_at(row: HotlineMessage) -> str:
    at = row.request.closed_at if _is_theirs(row) else None
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _ours(row: HotlineMessage) -> str:
    return str(row.request.state_info.label)


def _category(row: HotlineMessage) -> str:
    return str(row.request.category or "")


def _check(rows: Sequence[Planned], viewer: Viewer) -> None:
    """States that the table lacks are told before anything is written."""
    district = next((post.district_id for post in posts_of(viewer)), None)
    known = set(
        HotlineState.objects.live()
        .filter(district_id=district or 0, is_read=True)
        .values_list("theirs", flat=True)
    )
    for row in rows:
        word = str(row.values.get("their_state") or "").strip()
        if word and word not in known:
            row.problems.append(Problem("their_state", actions.unknown(word)))


def _visible(viewer: Viewer) -> Any:
    """Those in somebody's area whose request they may see: private ones are few people's."""
    rows = HotlineMessage.objects.visible_to(viewer)
    rows = rows.filter(request__in=Request.objects.visible_to(viewer))
    return rows.select_related("request__category")


add(
    Register(
        key="hotline-messages",
        model=HotlineMessage,
        label=gettext_lazy("Hotline message"),
        plural=gettext_lazy("Hotline messages"),
        about=gettext_lazy(
            "What the hotline hands over, by its own numbers. The same number again is not"
            " taken in twice; a newer state is followed."
        ),
        icon="telephone",
        group=HOTLINE,
        columns=(
            Column(
                "number",
                gettext_lazy("Number at the hotline"),
                required=True,
                max_length=80,
                example="GD20261123001",
                aliases=("工单编号", "工单号", "受理编号", "message_id", "编号"),
            ),
            Column(
                "their_state",
                gettext_lazy("State at the hotline"),
                max_length=40,
                example="待签收",
                aliases=("工单状态", "办理状态", "状态", "status"),
            ),
            Column(
                "title",
                gettext_lazy("Title"),
                max_length=120,
                aliases=("工单标题", "标题", "主题", "subject"),
                show=_of_request("title"),
            ),
            Column(
                "body",
                gettext_lazy("In the caller's words"),
                Kind.LONG_TEXT,
                required=True,
                in_list=False,
                aliases=("诉求内容", "工单内容", "内容", "来电内容", "body"),
                show=_of_request("body"),
            ),
            Column(
                "occurred_at",
                gettext_lazy("Called"),
                example="2026-11-23 09:30",
                aliases=("来电时间", "受理时间", "登记时间", "posted_at"),
                parse=_moment,
                show=_occurred,
            ),
            Column(
                "category",
                gettext_lazy("Category"),
                Kind.DICTIONARY,
                dictionary=CATEGORIES,
                in_list=False,
                aliases=("诉求分类", "问题分类"),
                show=_category,
            ),
            Column(
                "reporter_name",
                gettext_lazy("Caller"),
                max_length=60,
                is_sensitive=True,
                in_list=False,
                aliases=("来电人", "诉求人", "姓名"),
                show=_of_request("reporter_name"),
            ),
            Column(
                "reporter_phone",
                gettext_lazy("Telephone"),
                Kind.PHONE,
                is_sensitive=True,
                in_list=False,
                aliases=("来电号码", "联系电话", "手机号"),
                show=_of_request("reporter_phone"),
            ),
            Column(
                "address",
                gettext_lazy("Place in words"),
                max_length=200,
                in_list=False,
                aliases=("事发地址", "诉求地址", "地址"),
                show=_of_request("address"),
            ),
            Column(
                "grid",
                gettext_lazy("Town or grid"),
                Kind.GRID,
                aliases=("所属镇街", "镇街", "网格"),
            ),
            Column(
                "their_reply",
                gettext_lazy("Answered at the hotline"),
                Kind.LONG_TEXT,
                in_list=False,
                note=gettext_lazy("Of one that is over there: it goes in as closed."),
                aliases=("办理结果", "答复内容", "办结答复"),
                show=_their_reply,
            ),
            Column(
                "their_replied_at",
                gettext_lazy("Answered at"),
                in_list=False,
                example="2026-11-24 16:00",
                aliases=("办结时间", "答复时间", "replied_at"),
                parse=_moment,
                show=_their_replied_at,
            ),
            Column(
                "our_state",
                gettext_lazy("Our state"),
                read_only=True,
                show=_ours,
            ),
            Column(
                "our_no",
                gettext_lazy("Our number"),
                read_only=True,
                show=_of_request("no"),
            ),
            Column(
                "reply",
                gettext_lazy("Reply"),
                read_only=True,
                in_list=False,
                show=_of_request("reply"),
            ),
        ),
        natural_key=("number",),
        save=actions.receive,
        check=_check,
        visible=_visible,
        filters=MessageFilter,
        facets=("grid", "request__state"),
        readers=base.DESK | {"leader", "admin", "auditor"},
        writers=base.DESK,
        is_personal=True,
    ),
    Register(
        key="hotline-states",
        model=HotlineState,
        label=gettext_lazy("State at the hotline"),
        plural=gettext_lazy("States at the hotline"),
        about=gettext_lazy(
            "Which of the hotline's states is which of ours. A state that is missing here"
            " stops the row that has it."
        ),
        icon="arrow-left-right",
        group=HOTLINE,
        columns=(
            Column(
                "theirs",
                gettext_lazy("State at the hotline"),
                required=True,
                max_length=40,
                example="待签收",
            ),
            Column(
                "ours",
                gettext_lazy("Our state"),
                Kind.CHOICE,
                required=True,
                choices=REQUEST.choices,
            ),
            Column("is_read", gettext_lazy("Read so"), Kind.YES_NO),
            Column("is_told", gettext_lazy("Told so"), Kind.YES_NO),
        ),
        natural_key=("theirs", "ours"),
        save=actions.save_state,
        visible=base.visible(HotlineState),
        filters=StateFilter,
        facets=("ours",),
        order=("theirs",),
        readers=KEEPERS | {"township", "auditor"},
        writers=KEEPERS,
    ),
)
