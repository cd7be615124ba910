"""More invented content for the gallery: lists, whistles, candidates, the phone."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.gallery.signs import clock, steps
from governance.core.ruler import Day, Flag, Half, Ruler, build
from governance.core.workflow import State

CALLED = State("called", pgettext_lazy("task", "To report in"), "amber", "bell")
HANDLING = State("handling", pgettext_lazy("task", "In hand"), "blue", "tools")
REPLIED = State("replied", pgettext_lazy("task", "Replied"), "violet", "chat-left-text")
BOOKED = State("booked", pgettext_lazy("points", "Booked"), "green", "check-circle")
NOTICE = State("notice", pgettext_lazy("points", "On notice"), "teal", "easel")


def more() -> dict[str, Any]:
    """The rest of the gallery's context."""
    return {
        "ruler": _ruler(),
        "ruler_steps": [
            Sample(what=_("Dispatch"), at="11-17 09:50", limit="10:30", used="10"),
            Sample(what=_("Report in"), at="11-18 15:17", limit="10:17", used="22"),
        ],
        "whistle": Sample(
            number="WS20261118-02",
            kind=_("Campaign whistle"),
            by="程晓岚",
            at=timezone.now() - timedelta(days=1),
        ),
        "whistle_rows": _whistle_rows(),
        "chips": _chips(),
        "views": _views(),
        "rows": _rows(),
        "verbs": [
            {"name": "step", "value": "a", "label": "派往供电服务所", "is_first": True},
            {"name": "step", "value": "b", "label": _("Merge"), "icon": "copy"},
            {"name": "step", "value": "c", "label": _("Export"), "icon": "download"},
        ],
        "page": Sample(shown=7, total=1204, previous_url="", next_url="#"),
        "candidates": _candidates(),
        "suggestions": _suggestions(),
        "reasons": _reasons(),
        "keys": [("J", _("Next")), ("K", _("Previous")), ("X", _("Tick"))],
        "entry": Sample(
            sum_text="上门维修 15 分 × 1 单",
            rule="S-04",
            version="第 3 版",
            cap="当月第 3 单",
            first_by="莫秀琼",
            second_by="程晓岚",
            notice="公示 5 个工作日无异议，11-16 入账。",
            source_url="#",
            source_label="HD20261105-02",
        ),
        **phone(),
    }


def _ruler() -> Ruler:
    now = timezone.localtime().replace(hour=9, minute=42)
    words = ["17 周二", "18 周三", "19 今天", "20 周五", None, "23 周一", "24 周二"]
    days = []
    for number, word in enumerate(words):
        day = (now + timedelta(days=number - 2)).date()
        halves = tuple(
            Half(*(datetime.combine(day, t, now.tzinfo) for t in pair))
            for pair in ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
        )
        days.append(Day(word or "21-22 周末", halves if word else (), number == 2, day))
    at = [now + timedelta(days=d, minutes=m) for d, m in ((-2, 8), (-1, 335), (0, 35))]
    later = [now + timedelta(days=d, minutes=60) for d in (3, 4)]
    flags = [
        Flag(at[0], "派遣 09:50", "用时 10 分，按期", "green"),
        Flag(at[1], "吹哨 15:17", "3 部门", "green"),
        Flag(at[2], "报到截止 10:17", "2 / 3 已报到", "amber"),
        Flag(later[0], "水务办理截止", "23 日 10:42"),
        Flag(later[1], "总时限", "24 日 09:40"),
    ]
    return build(days, now, flags)


def _whistle_rows() -> list[dict[str, Any]]:
    labels = (_("Report in"), _("Plan"), _("Handling"), _("Reply"))
    return [
        {
            "name": "区水务局",
            "is_lead": True,
            "officer": "梁海川，排水管理股",
            "steps": steps(*labels, now=2),
            "state": HANDLING,
            "clock": clock("running", _("2 days 1 hour left"), 0.75),
        },
        {
            "name": "区城管综合执法局",
            "officer": "何志远，市政设施股",
            "steps": steps(*labels, now=4),
            "state": REPLIED,
            "clock": clock("met", _("In time, 5 hours early"), None),
        },
        {
            "name": "区交通局",
            "officer": "",
            "steps": steps(*labels, now=0),
            "state": CALLED,
            "clock": clock("due_soon", _("48 minutes left"), 0.1),
            "is_holding": True,
            "action_url": "#",
            "action_verb": _("Remind"),
        },
    ]


def _chips() -> list[dict[str, Any]]:
    choices = [{"label": "市政设施", "url": "?"}, {"label": "环境卫生", "url": "?"}]
    return [
        {"name": "grid", "label": _("Area"), "value": "云城街道", "clear_url": "?"},
        {"name": "kind", "label": _("Kind"), "choices": choices},
        {"name": "more", "label": _("Filter"), "choices": choices, "is_new": True},
    ]


def _views() -> list[dict[str, Any]]:
    return [
        {"label": _("To dispatch"), "url": "#", "count": 18, "is_current": True},
        {"label": _("Returned"), "url": "#", "count": 3, "is_late": True},
        {"label": _("Perhaps double"), "url": "#", "count": 4},
    ]


def _rows() -> list[dict[str, Any]]:
    word = pgettext_lazy
    return [
        {
            "title": "土门村口垃圾堆放多日、气味扰民",
            "meta": ["YC20261116-0107", "土门 02 网格", "微信"],
            "state": State("returned", word("request", "Returned"), "red", "reply"),
            "clock": clock("overdue", _("1 day 2 hours late"), 0),
            "css": "is-late",
            "who": "区城管综合执法局",
        },
        {
            "title": "育华小学门口占道摆卖，接送时段拥堵",
            "meta": ["YC20261119-0012", "育华 01 网格", "12345"],
            "state": State(
                "registered", word("request", "To dispatch"), "amber", "signpost-split"
            ),
            "clock": clock("due_soon", _("48 minutes left"), 0.1),
            "css": "is-current",
            "who": "区公安分局交警大队",
        },
        {
            "title": "循常村组道路灯 4 盏不亮",
            "meta": ["YC20261119-0021", "循常 01 网格", "网格员"],
            "state": State("handling", word("request", "In hand"), "blue", "tools"),
            "clock": clock("running", _("3 hours 10 minutes left"), 0.4),
            "css": "",
            "who": "供电服务所",
        },
    ]


def _candidates() -> list[Sample]:
    good = [("tools", "会修轮椅，做过 6 次"), ("geo-alt", "步行 4 分钟")]
    less = [("tools", "会简单维修"), ("hourglass", "手上已有 2 单")]
    return [
        _candidate("谭国柱", "好邻居", 96, True, good, 0),
        _candidate("欧伟强", "好军人", 71, False, less, 1),
    ]


def _candidate(
    name: str, kind: str, score: int, is_on: bool, why: list[tuple[str, str]], bad: int
) -> Sample:
    reasons = [
        {"icon": icon, "text": text, "is_minus": bad and i == len(why) - 1}
        for i, (icon, text) in enumerate(why)
    ]
    return Sample(
        name=name, kind=kind, score=score, is_on=is_on, value=score, reasons=reasons
    )


def _suggestions() -> list[dict[str, Any]]:
    return [
        {
            "name": "城管综合执法局",
            "part": _("lead"),
            "value": "a",
            "is_on": True,
            "sure": _("very sure"),
            "path": "市容秩序 › 占道经营",
            "reasons": ["词：流动摊贩、占道", "同址近 90 天 5 件均由其办结"],
        },
        {
            "name": "公安分局交警大队",
            "part": _("assisting"),
            "value": "b",
            "is_on": True,
            "multiple": True,
            "path": "词：接送、拥堵，两部门同办将自动吹哨",
        },
    ]


def _reasons() -> list[dict[str, Any]]:
    return [
        {"value": "place", "label": "属地不符", "effect": "系统会按坐标重新定位网格"},
        {
            "value": "duty",
            "label": "职能交叉",
            "effect": "本部门只管其中一部分，写明还应由谁办",
            "is_on": True,
        },
    ]


def phone() -> dict[str, Any]:
    """What only the phone pages show."""
    now = timezone.now()
    return {
        "axis": _axis(),
        "offers": [
            Sample(
                is_urgent=True,
                skill="水电",
                points=8,
                title="帮独居老人换厨房灯",
                walk="步行 5 分钟",
                by_when="今天 20:00 前",
                why="您会水电，就在同一网格，您填了晚上有空",
                refuse_url="#",
                take_url="#",
            )
        ],
        "point_rows": [
            Sample(amount=8, deed="换厨房灯", why="接单办结 5，急单 3", state=BOOKED),
            Sample(amount=-60, deed="换大米 5 千克", why="待取货", state=NOTICE),
        ],
        "drafts": _drafts(now),
        "tiles": [
            {"value": "light", "label": "路灯井盖", "icon": "lightbulb"},
            {"value": "rubbish", "label": "垃圾卫生", "icon": "trash"},
            {"value": "danger", "label": "安全隐患", "icon": "shield-exclamation"},
        ],
        "field_tabs": [
            {
                "label": _("Today"),
                "icon": "calendar-check-fill",
                "url": "#",
                "is_current": True,
            },
            {"label": _("To do"), "icon": "list-task", "url": "#", "count": 7},
            {"label": _("Report"), "icon": "camera-fill", "url": "#", "is_big": True},
            {"label": _("Visits"), "icon": "people", "url": "#"},
            {"label": _("Mine"), "icon": "person", "url": "#"},
        ],
    }


def _axis() -> list[Sample]:
    late = clock("overdue", _("2 hours late"), 0)
    blank: dict[str, Any] = {"clock": None, "tag": "", "url": "", "second_url": ""}
    return [
        Sample(
            **{**blank, "clock": late, "url": "#"},
            at=_("yesterday"),
            code="late",
            title="处理：乐园小区楼道堆杂物",
            meta=["幸福巷 8 号"],
            verb="马上处理",
        ),
        Sample(
            **{**blank, "tag": _("Completed")},
            at="08:30",
            code="done",
            tone="green",
            title="晨间巡查",
            meta=["03 网格", "走了 6 个点，报 1 件"],
        ),
        Sample(**blank, at="10:26 现在", code="now_line"),
        Sample(
            **{**blank, "tag": _("Check"), "url": "#", "second_url": "#"},
            at="10:30",
            code="plan",
            tone="blue",
            title="天马公园西门垃圾：清走了没有",
            meta=["离您 260 米"],
            verb="到场核查",
            second_verb="去这里",
            is_main=True,
        ),
    ]


def _drafts(now: datetime) -> list[Sample]:
    blank: dict[str, Any] = {"photo_url": "", "icon": "", "url": "", "at": now}
    return [
        Sample(
            **blank,
            kind="公共设施，井盖",
            place="天马路 56 号对面",
            code="sending",
            done=1,
            total=2,
        ),
        Sample(**blank, kind="走访记录，黄*兰家", place="", code="waiting"),
        Sample(
            **{**blank, "url": "#"},
            kind="市容环境，垃圾",
            place="天马公园西门",
            code="fix",
            said="位置在本区以外",
            verb="去改位置",
        ),
        Sample(
            **blank,
            kind="安全隐患，电线垂落",
            place="",
            code="sent",
            number="YC20261124-0087",
        ),
    ]
