"""The lists that requests need, as files of this app; each is a proposal until confirmed.

`taxonomy.csv` is the category tree of the published message boards, three levels. Three are the
tiles of the phone pages, each pointing at an entry of the tree by `data.category`; and
`deadline_rules.csv` says how long each stage may take (see `deadlines.Limit` for the text).
"""

from collections.abc import Iterator
from pathlib import Path

from governance.core import dictionary_import
from governance.core.seeds import Seed, entries

HOLD_REASONS = (
    ("funds", "资金未落实", "No funds yet"),
    ("plan", "须列入规划或年度计划", "Waits for a plan"),
    ("project", "须随在建工程一并解决", "Part of a project under way"),
    ("owner", "权属或历史遗留问题", "Ownership or old matters"),
    ("law", "须上级出台政策或法定程序未完", "Waits for a rule or a procedure"),
    ("season", "受季节或天气限制", "Season or weather"),
    ("other", "其他客观原因", "Another reason"),
)
EXCLUDE_REASONS = (
    ("outside", "不属本区管辖", "Not within the district"),
    (
        "court",
        "已进入诉讼、仲裁、复议、信访程序",
        "Before a court or another authority",
    ),
    ("repeat", "同一事项重复提出且已依法答复", "Asked again after a lawful answer"),
    ("wrong_facts", "经核实诉求不实", "Found not to be so"),
    ("unlawful", "诉求违反法律法规政策", "Against law or policy"),
    ("unreachable", "联系方式有误无法核实", "Contact wrong, cannot be verified"),
    ("force", "自然灾害等不可抗力", "Act of nature"),
)

FOLDER = Path(__file__).parent.parent / "data"


def dictionaries() -> Iterator[Seed]:
    """Every list of this app, read from its file."""
    with (FOLDER / "taxonomy.csv").open("rb") as file:
        entries = dictionary_import.from_levels(file)
    yield Seed("request_category", "诉求分类", "Request categories", entries)
    for code, zh, en in (
        ("public_category", "群众提诉求分类", "Tiles of the public page"),
        ("help_category", "群众要办事分类", "Tiles of the help page"),
        ("field_category", "网格员上报分类", "Tiles of the grid worker"),
        ("deadline_rules", "时限规则", "Time limits"),
    ):
        with (FOLDER / f"{code}.csv").open("rb") as file:
            yield Seed(code, zh, en, dictionary_import.from_file(file))
    yield from reasons()


def reasons() -> Iterator[Seed]:
    """Why a request may be put on hold, or left out of the rates."""
    yield Seed("hold_reason", "挂账原因", "Reasons to hold", entries(HOLD_REASONS))
    yield Seed(
        "exclude_reason", "剔除原因", "Reasons to exclude", entries(EXCLUDE_REASONS)
    )
