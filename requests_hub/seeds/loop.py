"""The lists that requests need, as files of this app; each is a proposal until confirmed.

`taxonomy.csv` is the category tree of the published message boards, three levels. Three are the
tiles of the phone pages, each pointing at an entry of the tree by `data.category`; and
`deadline_rules.csv` says how long each stage may take (see `deadlines.Limit` for the text).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from governance.core import dictionary_import
from governance.core.dictionary_import import Entry
from governance.core.seeds import Seed, entries
from requests_hub.categories import CATEGORIES

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

EMPTY_PHRASES = (
    ("handled", "已处理", "it has been handled"),
    ("handled2", "已处理完毕", "handled"),
    ("handled3", "已经处理", "dealt with"),
    ("passed", "已转办", "passed on"),
    ("passed2", "已转交相关部门处理", "passed to the responsible department"),
    ("passed3", "已转相关部门", "forwarded"),
    ("done", "已办理", "done"),
    ("done2", "已办结", "closed"),
    ("solved", "已解决", "solved"),
    ("replied", "已答复", "answered"),
    ("replied2", "已回复", "replied"),
    ("noted", "已知悉", "noted"),
    ("noted2", "已收悉", "received"),
    ("noted3", "已阅", "read"),
    ("coming", "正在处理中", "in hand"),
    ("asap", "将尽快处理", "as soon as possible"),
    ("asap2", "会尽快处理", "soon"),
    ("law", "按规定处理", "according to the rules"),
    ("relevant", "相关部门", "relevant departments"),
    ("hello", "您好", "dear resident"),
    ("asked", "您反映的问题", "what you reported"),
    ("asked2", "您的诉求", "your request"),
    ("asked3", "您反映的情况", "your message"),
    ("thanks", "感谢您的支持与理解", "thank you for your support"),
    ("thanks2", "感谢您的理解和支持", "thank you for your understanding"),
    ("thanks3", "感谢您的来电", "thank you for calling"),
    ("thanks4", "感谢您的反映", "thank you"),
    ("hereby", "特此回复", "regards"),
)
PLAIN_WORDS = (
    ("dispatch", "派遣", "dispatch", {"say": "交给"}),
    ("dispatch2", "派单", "dispatch", {"say": "交给"}),
    ("hold", "挂账", "hold", {"say": "眼下办不了，先登记"}),
    ("whistle", "吹哨", "whistle", {"say": "请几家部门一起来"}),
    ("sign", "签收", "sign for", {"say": "收到"}),
    ("exclude", "剔除", "exclude"),
    ("close", "销号", "strike off", {"say": "办完"}),
    ("order", "工单", "work order", {"say": "您的事"}),
    ("party", "诉求人", "party", {"say": "您"}),
    ("masses", "群众", "masses", {"say": "您"}),
    ("our", "我单位", "our unit", {"say": "写明是哪家单位"}),
    ("closedloop", "闭环", "closed loop", {"say": "办到底"}),
    ("grip", "抓手", "handle"),
    ("sink", "下沉", "sink", {"say": "到现场"}),
    ("land", "属地", "place in charge", {"say": "写明是哪个镇街"}),
)

# Besides the published tree: what it has no place for and what nobody else may read.
OWN_CATEGORIES = (
    ("120104", "1201", "精神卫生", "Mental health"),
    ("130811", "1308", "家庭暴力", "Domestic violence"),
    ("130812", "1308", "侵害未成年人", "Harm to minors"),
    ("131207", "1312", "婚姻家庭纠纷", "Disputes within a family"),
)
# Proposals: requests of these, and of what lies under them, are for their handlers alone. Who
# reports officials, police or gangs is in danger when it is known; the others are family matters,
# health, and minors.
PRIVATE_CATEGORIES = frozenset(
    {
        "05",  # 纪检监察
        "020103",  # 党的建设 / 作风建设
        "020105",  # 党的建设 / 廉政建设
        "1306",  # 警务督察
        "130801",  # 打黑除恶
        "130803",  # 邪教组织
        "130804",  # 黄赌毒
        "130806",  # 拐卖人口
        "131103",  # 社区矫正
        "090801",  # 收养登记
        "120303",  # 失独家庭
        *(code for code, *_rest in OWN_CATEGORIES),
    }
)

FOLDER = Path(__file__).parent.parent / "data"


def dictionaries() -> Iterator[Seed]:
    """Every list of this app, read from its file."""
    with (FOLDER / "taxonomy.csv").open("rb") as file:
        entries = dictionary_import.from_levels(file)
    yield Seed(CATEGORIES, "诉求分类", "Request categories", _all(entries))
    for code, zh, en in (
        ("public_category", "群众提诉求分类", "Tiles of the public page"),
        ("help_category", "群众要办事分类", "Tiles of the help page"),
        ("field_category", "网格员上报分类", "Tiles of the grid worker"),
        ("deadline_rules", "时限规则", "Time limits"),
    ):
        with (FOLDER / f"{code}.csv").open("rb") as file:
            yield Seed(code, zh, en, dictionary_import.from_file(file))
    yield from reasons()
    yield from words()


def _all(published: list[Entry]) -> list[Entry]:
    """The published tree with our own leaves, private ones flagged."""
    own = [
        Entry(code, zh, en, parent=parent, order=int(code))
        for code, parent, zh, en in OWN_CATEGORIES
    ]
    return [
        replace(entry, data={**entry.data, "private": True})
        if entry.code in PRIVATE_CATEGORIES
        else entry
        for entry in [*published, *own]
    ]


def reasons() -> Iterator[Seed]:
    """Why a request may be put on hold, or left out of the rates."""
    yield Seed("hold_reason", "挂账原因", "Reasons to hold", entries(HOLD_REASONS))
    yield Seed(
        "exclude_reason", "剔除原因", "Reasons to exclude", entries(EXCLUDE_REASONS)
    )


def words() -> Iterator[Seed]:
    """What a reply must not consist of, and what residents do not say."""
    yield Seed(
        "empty_phrase",
        "空话套话",
        "Phrases that say nothing",
        entries(EMPTY_PHRASES),
        note="A reply of nothing but these is refused until a reason is given.",
    )
    yield Seed(
        "plain_word",
        "不对群众说的词",
        "Words residents do not know",
        entries(PLAIN_WORDS),
        note="`say` in the settings of an entry is what to write instead.",
    )
