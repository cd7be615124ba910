"""Lists of the Party tree. None of them is official; each is a proposal for this district."""

from collections.abc import Iterator

from governance.core.seeds import Seed, entries

TIERS = [
    ("town", "镇（街）党（工）委", "Town or street committee", {"levels": ["large"]}),
    (
        "village",
        "村（社区）党组织",
        "Village or community organisation",
        {"levels": ["medium"]},
    ),
    (
        "grid_branch",
        "网格党支部（党小组）",
        "Grid branch or group",
        {"levels": ["small", "micro"]},
    ),
    (
        "member_household",
        "党员中心户",
        "Member household",
        {"levels": ["small", "micro"], "least_members": 5, "most_members": 15},
    ),
]
ORGANISATION_KINDS = [
    ("committee", "党（工）委", "Committee"),
    ("general_branch", "党总支", "General branch"),
    ("branch", "党支部", "Branch"),
    ("joint_branch", "联合党支部", "Joint branch"),
    ("group", "党小组", "Party group"),
]
MEMBER_STATUSES = [
    ("full", "正式党员", "Full member"),
    ("probationary", "预备党员", "Probationary member"),
    ("development", "发展对象", "To be developed"),
    ("activist", "入党积极分子", "Active applicant"),
    ("applicant", "入党申请人", "Applicant"),
]
MEMBER_KINDS = [
    ("in_service", "在职党员", "In service"),
    ("no_office", "无职党员", "Without office"),
    ("retired", "离退休党员", "Retired"),
    ("floating", "流动党员", "Floating"),
    ("student", "学生党员", "Student"),
    ("rural", "农村党员", "Rural"),
    ("other", "其他", "Other"),
]
HOUSEHOLD_ITEMS = [
    ("place", "有场所", "A place to meet"),
    ("emblem", "有标识", "Door plate and emblem"),
    ("rules", "有制度", "Rules"),
    ("display", "有展板", "A display"),
    ("books", "有书刊", "Books and papers"),
    ("log", "有记录", "A log"),
]
AGREEMENT_KINDS = [
    ("joint_building", "党建联建", "Joint building"),
    ("pairing", "结对互联", "Pairing"),
    ("project", "共建项目", "Joint project"),
]
RATES = [
    (
        "branch_on_grid",
        "支部建在格上",
        "Branch on the grid",
        {
            "good": 100,
            "fair": 80,
            "kinds": ["committee", "general_branch", "branch", "joint_branch", "group"],
        },
    ),
    (
        "embedded",
        "组织嵌入格中",
        "Organisation in the grid",
        {"good": 80, "fair": 60, "kinds": []},
    ),
    (
        "rooted",
        "党员扎根格下",
        "Members rooted below it",
        {"good": 80, "fair": 60, "count_members": 0},
    ),
    (
        "covered",
        "党建覆盖格内",
        "Party work covers it",
        {"good": 90, "fair": 70, "count_agreements": True},
    ),
    (
        "flag",
        "党旗插到格心",
        "Flag at its heart",
        {
            "good": 80,
            "fair": 60,
            "site_kinds": [
                "service_centre",
                "red_station",
                "red_property",
                "silver",
                "delegate_station",
                "micro_station",
            ],
            "count_households": True,
        },
    ),
]


def dictionaries() -> Iterator[Seed]:
    """Every list of this topic."""
    for code, zh, en, rows, note in (
        (
            "party_tier",
            "网格党组织层级",
            "Party tiers",
            TIERS,
            "设置 levels：该层级绑定的网格级别；least_members、most_members：中心户联系党员数。",
        ),
        (
            "party_organisation_kind",
            "党组织类别",
            "Kinds of Party organisation",
            ORGANISATION_KINDS,
            "",
        ),
        ("party_member_status", "党员身份", "Member status", MEMBER_STATUSES, ""),
        ("party_member_kind", "党员类别", "Kinds of member", MEMBER_KINDS, ""),
        (
            "member_household_items",
            "党员中心户“六有”",
            "What a member household has",
            HOUSEHOLD_ITEMS,
            "",
        ),
        ("agreement_kind", "共建协议类别", "Kinds of agreement", AGREEMENT_KINDS, ""),
        (
            "party_rate",
            "五个“格”覆盖率",
            "Five rates",
            RATES,
            "设置 good、fair：绿色与黄色的下限（%）；kinds：计入的党组织类别，空为全部；"
            "count_members：微网格内居住党员达到几名也算扎根，0 为不算；"
            "count_agreements：签有共建协议是否算覆盖；site_kinds：计入的阵地类别，空为全部；"
            "count_households：有场所的党员中心户是否算阵地。",
        ),
    ):
        yield Seed(code, zh, en, entries(rows), note)
