"""The people of the demo district. All names are invented; nobody has a phone or an identity card.

`Seat` says who sits where; `grids/actions/demo.py` makes the accounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from django.conf import settings

from grids.models import Department, District, Grid

PASSWORD = "OneGrid-2026"  # noqa: S105 - a demo account is open by intention
STREET = "445302001"
OTHER_STREET = "445302003"
SURNAMES = "陈黄李梁林谢吴张何刘曾邓冯罗叶苏潘卢莫区温覃麦欧"
GIVEN = [
    "志强",
    "秀英",
    "建华",
    "海燕",
    "伟明",
    "丽珍",
    "国栋",
    "美玲",
    "小芳",
    "文杰",
    "晓岚",
    "永康",
    "桂芳",
    "家明",
    "玉兰",
    "志远",
    "雪梅",
    "锦荣",
    "婉仪",
    "俊杰",
    "惠珍",
    "浩然",
    "淑贤",
    "启文",
    "月娥",
    "振宇",
    "佩珊",
    "卓文",
    "嘉欣",
    "广平",
    "素芬",
    "耀辉",
]


@dataclass(frozen=True)
class Seat:
    """One demo account: `grid` and `department` are codes; no role means no post."""

    username: str
    name: str
    role: str = ""
    title: str = ""
    grid: str = ""
    department: str = ""


CAST = (
    Seat("district", "程晓岚", "district", "区网格中心派单员"),
    Seat("leader", "梁国栋", "leader", "区领导"),
    Seat("town_a", "陈志强", "township", "云城街道综治中心", STREET),
    Seat("town_b", "黄丽珍", "township", "河口街道综治中心", OTHER_STREET),
    Seat("grid_leader_a", "曾桂芳", "grid_leader", "星岩社区网格长", "445302001009"),
    Seat("worker_a", "李秀英", "grid_worker", "星岩社区网格员", "445302001009"),
    Seat("worker_b", "谢伟明", "grid_worker", "河口社区网格员", "445302003001"),
    Seat("liaison_a", "莫月娥", "liaison", "微网格联络员", "44530200100901"),
    Seat("officer_a", "周建华", "officer", "经办人", department="urban_management"),
    Seat("officer_b", "吴海燕", "officer", "经办人", department="transport"),
    Seat("good_person", "何美玲", "good_person", "好人", "445302001009"),
    Seat("resident", "林小芳", "resident", "居民"),
    Seat("outsider", "苏文杰", "", "无岗位人员"),
    Seat("admin", "系统管理员", "admin", "系统管理员"),
    Seat("auditor", "审计员", "auditor", "审计员"),
)


def _name(n: int) -> str:
    """The n-th invented name; no two below 768 are alike."""
    return (
        SURNAMES[n % len(SURNAMES)] + GIVEN[(n * 7 + n // len(SURNAMES)) % len(GIVEN)]
    )


def seats() -> Iterator[Seat]:
    """The cast, an officer of every department, a worker of every village of both streets."""
    yield from CAST
    n = 0
    for department in Department.objects.active():
        n += 1
        yield Seat(
            f"officer_{department.code}",
            _name(n),
            "officer",
            "经办人",
            department=department.code,
        )
    villages = Grid.objects.live().filter(level="medium").order_by("code")
    for village in villages:
        n += 1
        if village.code.startswith((STREET, OTHER_STREET)):
            yield Seat(
                f"worker_{village.code[6:]}",
                _name(n),
                "grid_worker",
                f"{village.name}网格员",
                village.code,
            )


def load() -> None:
    """What each topic brings: `grids/demo_<topic>.py` with `load(district)`, safe to run again."""
    district = District.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None:
        return
    for file in sorted(Path(__file__).parent.glob("demo_*.py")):
        import_module(f"grids.{file.stem}").load(district)
