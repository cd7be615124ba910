"""Demo of the support net: units and resources, teams with gaps, joint committees. All invented."""

import datetime as dt
from collections.abc import Iterator
from zlib import crc32

from django.utils import timezone

from grids.actions import committees, decisions, team_templates
from grids.actions.resources import save_resource, save_unit
from grids.actions.teams import Holder
from grids.actions.teams_bulk import Planned, load_assignments
from grids.demo import GIVEN, OTHER_STREET, STREET, SURNAMES
from grids.models import (
    CommitteeMember,
    Department,
    District,
    Grid,
    JointCommittee,
    JointMeeting,
    Post,
    Resource,
    SupportUnit,
    TeamSlot,
    TeamTemplate,
)

BY = "load_demo"
COMMUNITY, OTHER_COMMUNITY = "445302001009", "445302003001"
# (name, short name, kind, grid code or "", what it helps with)
UNITS = (
    (
        "云城区示例社会工作服务中心",
        "示例社工",
        "social_work",
        STREET,
        "社区矫正、家庭探访、心理疏导",
    ),
    (
        "云城街道示例志愿服务队",
        "示例志愿队",
        "volunteer",
        STREET,
        "敬老助残、防汛值守、文明劝导",
    ),
    (
        "星岩示例物业服务有限公司",
        "星岩示例物业",
        "property",
        COMMUNITY,
        "楼道维修、停车场错时开放",
    ),
    ("示例平安保安服务公司", "示例保安", "enterprise", STREET, "夜间巡防、活动秩序"),
    ("星岩示例小学", "示例小学", "school", COMMUNITY, "操场与课室假期开放、托管"),
    (
        "云城示例卫生服务站",
        "示例卫生站",
        "medical",
        COMMUNITY,
        "义诊、慢病随访、疫苗接种",
    ),
    (
        "示例农商银行云城支行",
        "示例农商行",
        "bank",
        STREET,
        "反诈宣传、助农贷款、会议室",
    ),
    ("云城区示例律师事务所", "示例律所", "social", "", "法律咨询、人民调解"),
    (
        "河口示例石材商会",
        "示例石材商会",
        "association",
        OTHER_STREET,
        "就业岗位、捐赠物资",
    ),
    ("河口示例养老院", "示例养老院", "social", OTHER_STREET, "助餐、日间照料"),
    ("河口示例中学", "示例中学", "school", OTHER_COMMUNITY, "体育馆、志愿家教"),
    ("河口示例供销社", "示例供销社", "enterprise", OTHER_STREET, "农资、冷链车"),
    (
        "云城区示例蓝天救援队",
        "示例救援队",
        "volunteer",
        "",
        "水域救援、山地搜救、应急演练",
    ),
    ("云城区示例理发协会", "示例理发协会", "association", "", "上门理发、义剪"),
)
# (provider short name or department code, kind, what, capacity, measure, area, hours)
RESOURCES = (
    (
        "示例社工",
        "professional",
        "心理疏导个案",
        20,
        "个",
        STREET,
        "周一至周五 9:00-17:30",
    ),
    ("示例社工", "people", "持证社工入户探访", 8, "人", STREET, "工作日"),
    ("示例社工", "children", "留守儿童课后小组", 30, "名", STREET, "周三、周五 16:30"),
    ("示例志愿队", "people", "志愿者", 60, "人", STREET, "周末、节假日"),
    ("示例志愿队", "elderly", "独居老人送餐", 25, "份/日", COMMUNITY, "每日 11:00"),
    ("示例志愿队", "equipment", "折叠桌椅", 100, "套", STREET, ""),
    ("星岩示例物业", "venue", "夜间错时停车位", 45, "个", COMMUNITY, "18:30-次日 7:30"),
    (
        "星岩示例物业",
        "professional",
        "楼道照明与门禁维修",
        None,
        "",
        COMMUNITY,
        "24 小时报修",
    ),
    ("星岩示例物业", "equipment", "登高梯、抽水泵", 4, "台", COMMUNITY, ""),
    ("示例保安", "people", "夜间巡防队员", 12, "人", STREET, "20:00-次日 2:00"),
    ("示例小学", "venue", "操场", 1, "处", COMMUNITY, "周末 7:00-11:00"),
    ("示例小学", "venue", "多媒体课室", 3, "间", COMMUNITY, "寒暑假"),
    ("示例小学", "children", "四点半课堂", 40, "名", COMMUNITY, "上课日 16:30-18:00"),
    (
        "示例卫生站",
        "medical",
        "上门测血压、换药",
        10,
        "人次/日",
        COMMUNITY,
        "工作日上午",
    ),
    ("示例卫生站", "medical", "义诊车", 1, "辆", STREET, "每月第二个周六"),
    ("示例农商行", "venue", "便民会议室", 1, "间", STREET, "工作日 9:00-16:30"),
    ("示例农商行", "professional", "反诈宣讲", 4, "场/月", STREET, "预约"),
    ("示例农商行", "funds", "公益微项目资助", 5, "个/年", STREET, "每季度申报"),
    ("示例律所", "legal", "免费法律咨询", 6, "人次/日", "", "工作日下午"),
    ("示例律所", "mediation", "调解律师", 5, "人", "", "预约"),
    ("示例石材商会", "employment", "就近就业岗位", 80, "个", OTHER_STREET, ""),
    ("示例石材商会", "materials", "应急沙袋、石料", 2000, "袋", OTHER_STREET, "汛期"),
    ("示例养老院", "elderly", "长者饭堂", 60, "份/日", OTHER_STREET, "11:00-13:00"),
    ("示例养老院", "elderly", "日间照料床位", 12, "张", OTHER_STREET, "8:00-17:00"),
    ("示例中学", "venue", "体育馆", 1, "处", OTHER_COMMUNITY, "周末"),
    ("示例中学", "children", "大手拉小手家教", 15, "名", OTHER_COMMUNITY, "周六上午"),
    ("示例供销社", "equipment", "冷链运输车", 2, "辆", OTHER_STREET, "预约"),
    ("示例救援队", "emergency", "水域救援小队", 2, "队", "", "24 小时"),
    ("示例救援队", "equipment", "冲锋舟", 3, "艘", "", "24 小时"),
    ("示例理发协会", "elderly", "上门理发", 20, "人次/月", "", "每月 15 日前预约"),
    ("civil_affairs", "elderly", "居家适老化改造", 30, "户/年", "", "工作日"),
    ("civil_affairs", "funds", "临时救助金", None, "", "", "工作日"),
    ("justice", "mediation", "人民调解员", 18, "人", "", "工作日"),
    ("justice", "legal", "法律援助窗口", None, "", "", "工作日"),
    ("human_resources", "employment", "技能培训班", 4, "期/年", "", "按计划开班"),
    ("human_resources", "employment", "公益性岗位", 40, "个", "", ""),
    ("police", "people", "社区民警宣讲", 6, "场/月", "", "预约"),
    ("urban_management", "equipment", "高空作业车", 2, "辆", "", "工作日"),
    ("urban_management", "equipment", "清疏车", 3, "辆", "", "24 小时"),
    ("water", "emergency", "移动排水泵", 5, "台", "", "24 小时"),
)


def load(district: District) -> None:
    """Units, resources, templates, teams and committees that are not there yet."""
    grids = {g.code: g for g in Grid.objects.filter(district=district)}
    _resources(district, grids)
    team_templates.load_proposals(district, by=BY)
    started = timezone.localdate() - dt.timedelta(days=210)
    TeamTemplate.objects.filter(district=district, version=1).update(starts_on=started)
    planned = list(_planned(district, grids))
    load_assignments(district, planned, by=BY, source="manual")
    for code, name in (
        (STREET, "云城街道大工委"),
        (COMMUNITY, "星岩社区大党委"),
        (OTHER_STREET, "河口街道大工委"),
        (OTHER_COMMUNITY, "河口社区大党委"),
    ):
        if code in grids:
            _committee(grids[code], name)


def _resources(district: District, grids: dict[str, Grid]) -> None:
    if Resource.objects.filter(district=district).exists():
        return
    units: dict[str, SupportUnit] = {}
    for name, short, kind, code, helps in UNITS:
        values = {
            "district_id": district.pk,
            "name": name,
            "short_name": short,
            "kind": kind,
            "grid": grids.get(code),
            "helps_with": helps,
            "contact_name": _name(crc32(name.encode())),
        }
        units[short] = save_unit(None, values, by=BY)
    departments = {d.code: d for d in Department.objects.all()}
    for provider, kind, name, capacity, measure, code, hours in RESOURCES:
        if provider not in units and provider not in departments:
            continue
        values = {
            "name": name,
            "kind": kind,
            "department": departments.get(provider),
            "unit": units.get(provider),
            "capacity": capacity,
            "measure": measure,
            "areas": [grids[code]] if code in grids else [],
            "is_whole_district": code not in grids,
            "hours": hours,
        }
        save_resource(None, values, by=BY)


def _name(n: int) -> str:
    return SURNAMES[n % len(SURNAMES)] + GIVEN[(n // 31) % len(GIVEN)]


def _planned(district: District, grids: dict[str, Grid]) -> Iterator[Planned]:
    """Holders for the grids of both streets; about one post in seven stays or fell vacant."""
    today = timezone.localdate()
    slots: dict[str, list[TeamSlot]] = {}
    rows = TeamSlot.objects.active().filter(template__district=district)
    for slot in rows.select_related("template"):
        slots.setdefault(slot.template.level, []).append(slot)
    posts = {
        (post.grid_id, post.role): post
        for post in Post.objects.current().filter(grid__isnull=False)
        if post.role in ("grid_leader", "grid_worker", "liaison")
    }
    for code in sorted(grids):
        if len(code) < 12 or not code.startswith((STREET, OTHER_STREET)):
            continue
        for slot in slots.get(grids[code].level, []):
            post = posts.get((grids[code].pk, slot.post_role or "-"))
            yield from _one(grids[code], slot, post, grids[code[:12]].name, today)


def _one(
    grid: Grid, slot: TeamSlot, post: Post | None, village: str, today: dt.date
) -> Iterator[Planned]:
    dice = crc32(f"{grid.code}{slot.code}".encode())
    began = today - dt.timedelta(days=60 + dice % 140)
    if post is not None:
        yield Planned(grid, slot, Holder(post.user, unit=village), began, post=post)
        return
    unit = "" if slot.held_by == "organisation" else village
    name = f"{grid.name}{slot.name}" if slot.held_by == "organisation" else _name(dice)
    if _is_piled_up(grid, slot):
        name, unit = "莫振宇", "星岩社区居委会"
    chance = dice % 20
    if slot.is_open and chance > 2:
        return
    if not slot.is_open and chance == 0:
        return
    left = today - dt.timedelta(days=5 + dice % 50) if chance in (1, 2) else None
    if slot.is_open:
        left = None
    yield Planned(grid, slot, Holder(name=name, unit=unit), began, ended_on=left)


def _is_piled_up(grid: Grid, slot: TeamSlot) -> bool:
    """Whether one person holds it who has too many posts in a community."""
    if not grid.code.startswith(COMMUNITY):
        return False
    if grid.level == "micro":
        return slot.code == "grid_leader" and grid.code.endswith("001")
    return grid.level == "small" and slot.code == "liaison"


def _committee(grid: Grid, name: str) -> None:
    """One committee that met forty days ago, with decisions in every state."""
    kind = committees.KINDS[grid.level]
    held = JointCommittee.objects.live().filter(large__code=grid.code[:9], kind=kind)
    if kind == "community":
        held = held.filter(medium=grid)
    if held.exists():
        return
    today = timezone.localdate()
    committee = committees.save_committee(
        None,
        {
            "grid": grid,
            "name": name,
            "chair": _name(crc32(name.encode())),
            "founded_on": dt.date(today.year - 2, 7, 1),
        },
        by=BY,
    )
    members = _members(committee)
    past = committees.save_meeting(
        None,
        {
            "committee": committee,
            "held_on": today - dt.timedelta(days=40),
            "venue": f"{grid.name}党群服务中心会议室",
            "first_topic": "学习关于党建引领基层治理的重要论述",
            "agenda": ["通报上次议定事项", "各单位认领需求", "商议错时停车"],
            "minutes": "会议认为，停车和长者助餐是群众反映最集中的两件事，议定五项。",
            "attended": members[:4],
        },
        by=BY,
    )
    committees.save_meeting(
        None,
        {
            "committee": committee,
            "held_on": today + dt.timedelta(days=20),
            "venue": f"{grid.name}党群服务中心会议室",
            "first_topic": "学习基层治理工作部署",
            "agenda": ["议定事项督办", "第四季度共建项目"],
        },
        by=BY,
    )
    _board(past, grid)


def _members(committee: JointCommittee) -> list[CommitteeMember]:
    seats = (
        ("书记", "", "ordinary"),
        ("副书记", "", "ordinary"),
        ("兼职委员", "示例农商银行云城支行", "part_time"),
        ("兼职委员", "星岩示例小学", "part_time"),
        ("兼职委员", "示例平安保安服务公司", "part_time"),
    )
    return [
        committees.add_member(
            committee,
            by=BY,
            name=_name(crc32(f"{committee.name}{n}".encode())),
            unit=unit,
            duty=duty,
            kind=kind,
            starts_on=committee.founded_on,
        )
        for n, (duty, unit, kind) in enumerate(seats)
    ]


def _board(meeting: JointMeeting, grid: Grid) -> None:
    """Needs, offers and their matches; decisions open, late, done, checked and dropped."""
    needs = [
        committees.put_need(
            meeting, by=BY, what=what, kind=kind, put_by=grid.name, amount=n
        )
        for what, kind, n in (
            ("晚间停车位不足", "venue", 40),
            ("独居老人午餐无着落", "elderly", 25),
            ("后巷照明坏了半年", "professional", 6),
        )
    ]
    resources = Resource.objects.filter(name__in=["夜间错时停车位", "独居老人送餐"])
    offers = [
        committees.make_offer(meeting, by=BY, resource=row)
        for row in resources.order_by("name")
    ]
    committees.make_offer(
        meeting,
        by=BY,
        what="周末反诈宣讲",
        kind="professional",
        offered_by="示例农商行",
    )
    for offer in offers:
        need = needs[1] if "老人" in offer.what else needs[0]
        committees.match(need, offer, by=BY)
    today = timezone.localdate()
    rows = (
        ("示例小学操场周末向居民开放", "星岩示例小学", -20, ("finish", "check")),
        ("夜间错时停车位挂牌并公布规则", "星岩示例物业服务有限公司", -6, ("begin",)),
        ("每日为独居老人送午餐", "云城街道示例志愿服务队", 5, ("begin",)),
        ("修复后巷路灯六盏", "云城区城市管理和综合执法局", 2, ()),
        ("编制共建单位通讯录", f"{grid.name}", -10, ("finish",)),
        ("筹建露天市场", f"{grid.name}", 60, ("drop",)),
    )
    notes = {
        "begin": "已明确责任人，开始办理。",
        "finish": "已办完，现场照片已存档。",
        "check": "现场核实，属实。",
        "drop": "场地权属未清，另案研究。",
    }
    for n, (what, unit, days, steps) in enumerate(rows):
        due = max(today + dt.timedelta(days=days), meeting.held_on)
        department = Department.objects.filter(name=unit).first()
        about = needs[{1: 0, 2: 1, 3: 2}[n]] if n in (1, 2, 3) else None
        row = committees.decide(
            meeting,
            by=BY,
            what=what,
            due_on=due,
            owner_unit=unit,
            department=department,
            need=about,
        )
        for step in steps:
            row = decisions.take(row, step, by=BY, note=notes[step])
