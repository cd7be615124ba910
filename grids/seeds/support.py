"""Kinds of units that help, and of what they offer."""

from collections.abc import Iterator

from governance.core.seeds import Seed, entries
from grids.models.resources import RESOURCE_KINDS, UNIT_KINDS

NOTE = "建议值，可按本区实际修改。"
UNITS = (
    ("social", "社会组织", "social organisation"),
    ("social_work", "社工机构", "social work agency"),
    ("volunteer", "志愿服务组织", "volunteer organisation"),
    ("enterprise", "企业", "enterprise"),
    ("property", "物业服务企业", "property management company"),
    ("bank", "银行保险机构", "bank or insurer"),
    ("school", "学校、幼儿园", "school or kindergarten"),
    ("medical", "医疗机构", "medical institution"),
    ("state_unit", "驻区机关事业单位", "state unit in the area"),
    ("association", "行业协会、商会", "trade association"),
    ("other", "其他", "other"),
)
RESOURCES = (
    ("venue", "场地", "venue"),
    ("people", "人员", "people"),
    ("professional", "专业服务", "professional service"),
    ("legal", "法律服务", "legal service"),
    ("medical", "医疗卫生", "health care"),
    ("elderly", "养老助老", "care for the elderly"),
    ("children", "儿童与教育", "children and education"),
    ("employment", "就业与培训", "jobs and training"),
    ("mediation", "矛盾调解", "mediation"),
    ("culture", "文体活动", "culture and sports"),
    ("equipment", "设备车辆", "equipment and vehicles"),
    ("materials", "物资", "materials"),
    ("funds", "资金", "funds"),
    ("emergency", "应急抢险", "emergency help"),
    ("other", "其他", "other"),
)


def dictionaries() -> Iterator[Seed]:
    yield Seed(
        UNIT_KINDS, "支持单位类别", "Kinds of support units", entries(UNITS), NOTE
    )
    yield Seed(
        RESOURCE_KINDS, "资源类别", "Kinds of resources", entries(RESOURCES), NOTE
    )
