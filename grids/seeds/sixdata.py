"""Kinds of places, objects, sentiment notes and organisations.

The five object classes are those of GB/T 30428.2; the subclasses follow the component lists in
use and must be compared with the standard's text before anybody relies on their numbers.
"""

from collections.abc import Iterator
from pathlib import Path

from governance.core import dictionary_import
from governance.core.seeds import Seed, entries

CLASSES = Path(__file__).resolve().parent.parent / "data" / "object_class.csv"
PLACES = (
    ("road", "道路", "Road"),
    ("pond", "山塘水库", "Pond or reservoir"),
    ("river", "河涌", "Stream"),
    ("school", "学校", "School"),
    ("hospital", "医疗机构", "Clinic or hospital"),
    ("market", "市场商圈", "Market"),
    ("square", "广场公园", "Square or park"),
    ("hall", "祠堂文化楼", "Hall"),
    ("site", "工地", "Building site"),
    ("rental", "出租屋集中点", "Cluster of rentals"),
    ("hazard", "隐患点", "Hazard point"),
    ("shelter", "应急避难场所", "Emergency shelter"),
    ("farmland", "农田林地", "Farm or forest land"),
    ("other", "其他场所", "Other"),
)
SENTIMENTS = (
    ("livelihood", "民生保障", "Livelihood"),
    ("environment", "环境卫生", "Environment"),
    ("traffic", "道路交通", "Roads and traffic"),
    ("land", "土地房屋", "Land and housing"),
    ("safety", "安全隐患", "Safety"),
    ("work", "就业劳资", "Work and wages"),
    ("education", "教育医疗", "Schools and health"),
    ("neighbours", "邻里纠纷", "Neighbours"),
    ("policy", "政策反响", "Response to a policy"),
    ("praise", "表扬建议", "Praise and proposals"),
    ("other", "其他", "Other"),
)
SOURCES = (
    ("visit", "入户走访", "Home visit"),
    ("meeting", "群众会议", "Residents' meeting"),
    ("station", "党代表连心站", "Delegate station"),
    ("hotline", "12345 热线", "12345 hotline"),
    ("petition", "信访", "Petition"),
    ("online", "网络留言", "Online message"),
    ("department", "部门通报", "Department"),
    ("other", "其他", "Other"),
)
ORGANISATIONS = (
    ("enterprise", "企业", "Enterprise"),
    ("self_employed", "个体工商户", "Self-employed"),
    ("cooperative", "农民专业合作社", "Farmers' cooperative"),
    ("collective", "农村集体经济组织", "Village collective"),
    ("association", "社会团体", "Association"),
    ("private_institution", "民办非企业单位", "Private institution"),
    ("foundation", "基金会", "Foundation"),
    ("public_institution", "事业单位", "Public institution"),
    ("government", "机关", "Government body"),
    ("committee", "村（居）民委员会", "Village or residents' committee"),
    ("other", "其他组织", "Other"),
)


def dictionaries() -> Iterator[Seed]:
    """The lists of the six data."""
    with CLASSES.open("rb") as file:
        classes = dictionary_import.from_file(file)
    yield Seed(
        "object_class",
        "部件分类",
        "Classes of objects",
        classes,
        "大类按 GB/T 30428.2 设计；小类为建议值，启用前请与标准文本核对。",
    )
    yield Seed("place_kind", "场所类别", "Kinds of places", entries(PLACES))
    yield Seed("sentiment_kind", "民情类别", "Kinds of notes", entries(SENTIMENTS))
    yield Seed("sentiment_source", "民情来源", "Sources of notes", entries(SOURCES))
    yield Seed(
        "organisation_kind",
        "组织类别",
        "Kinds of organisations",
        entries(ORGANISATIONS),
    )
