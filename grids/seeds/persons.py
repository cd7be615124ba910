"""Code lists of persons, households and houses.

Where a national standard has codes they are used (GB/T 2261, 3304, 4658, 4761, 4762, GA/T 517);
the entries are proposals all the same until the district has held them against the text.
"""

from collections.abc import Iterator
from typing import Any

from governance.core.seeds import Seed, entries

NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 "
    "东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 "
    "俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)

LISTS: tuple[tuple[str, str, str, str, tuple[tuple[Any, ...], ...]], ...] = (
    (
        "identity_type",
        "证件类型",
        "Kinds of paper",
        "GA/T 517. check = gb11643: the number is checked.",
        (
            ("111", "居民身份证", "Resident identity card", {"check": "gb11643"}),
            ("112", "临时居民身份证", "Temporary identity card", {"check": "gb11643"}),
            ("113", "户口簿", "Household register", {"check": "gb11643"}),
            (
                "HMT",
                "港澳台居民居住证",
                "Residence permit, Hong Kong, Macau, Taiwan",
                {"check": "gb11643"},
            ),
            ("114", "军官证", "Officer's card"),
            ("414", "普通护照", "Passport"),
            ("511", "台湾居民来往大陆通行证", "Mainland travel permit, Taiwan"),
            (
                "516",
                "港澳居民来往内地通行证",
                "Mainland travel permit, Hong Kong and Macau",
            ),
            ("553", "外国人永久居留身份证", "Foreigner's permanent residence card"),
            ("990", "其他证件", "Other paper"),
        ),
    ),
    (
        "sex",
        "性别",
        "Sex",
        "GB/T 2261.1",
        (
            ("0", "未知", "Unknown"),
            ("1", "男", "Male"),
            ("2", "女", "Female"),
            ("9", "未说明", "Not stated"),
        ),
    ),
    (
        "marriage",
        "婚姻状况",
        "Marriage",
        "GB/T 2261.2",
        (
            ("10", "未婚", "Single"),
            ("20", "已婚", "Married"),
            ("21", "初婚", "Married, first time"),
            ("22", "再婚", "Married again"),
            ("23", "复婚", "Married again to the same person"),
            ("30", "丧偶", "Widowed"),
            ("40", "离婚", "Divorced"),
            ("90", "未说明", "Not stated"),
        ),
    ),
    (
        "politics",
        "政治面貌",
        "Political status",
        "GB/T 4762",
        (
            ("01", "中共党员", "Communist Party member"),
            ("02", "中共预备党员", "Probationary Party member"),
            ("03", "共青团员", "Youth League member"),
            ("04", "民革党员", "RCCK member"),
            ("05", "民盟盟员", "CDL member"),
            ("06", "民建会员", "CNDCA member"),
            ("07", "民进会员", "CAPD member"),
            ("08", "农工党党员", "CPWDP member"),
            ("09", "致公党党员", "Zhigong Party member"),
            ("10", "九三学社社员", "Jiusan Society member"),
            ("11", "台盟盟员", "TDSL member"),
            ("12", "无党派人士", "No party, public figure"),
            ("13", "群众", "No party"),
        ),
    ),
    (
        "education",
        "文化程度",
        "Education",
        "GB/T 4658",
        (
            ("10", "研究生", "Postgraduate"),
            ("20", "大学本科", "University"),
            ("30", "大学专科", "College"),
            ("40", "中等职业教育", "Vocational school"),
            ("60", "普通高中", "Senior secondary"),
            ("70", "初中", "Junior secondary"),
            ("80", "小学", "Primary"),
            ("90", "其他", "Other"),
        ),
    ),
    (
        "relation",
        "与户主关系",
        "Relation to the head",
        "GB/T 4761",
        (
            ("02", "户主", "Head"),
            ("10", "配偶", "Spouse"),
            ("20", "子", "Son"),
            ("30", "女", "Daughter"),
            ("40", "孙辈", "Grandchild"),
            ("50", "父母", "Parent"),
            ("60", "祖父母或外祖父母", "Grandparent"),
            ("70", "兄弟姐妹", "Brother or sister"),
            ("97", "其他亲属", "Other relative"),
            ("99", "非亲属", "Not related"),
        ),
    ),
    (
        "residence_kind",
        "人口类别",
        "Residence",
        "GB/T 31000 的四类实有人口",
        (
            ("registered", "户籍", "Registered here"),
            ("floating", "流动", "Floating"),
            ("left_behind", "留守", "Left behind"),
            ("overseas", "境外", "From abroad"),
        ),
    ),
    (
        "inflow_reason",
        "流入原因",
        "Came here for",
        "",
        (
            ("work", "务工", "Work"),
            ("trade", "经商", "Trade"),
            ("study", "就学", "Study"),
            ("family", "随迁或投亲", "Family"),
            ("marriage", "婚嫁", "Marriage"),
            ("other", "其他", "Other"),
        ),
    ),
    (
        "left_behind_kind",
        "留守类型",
        "Left behind as",
        "",
        (
            ("child", "留守儿童", "Child"),
            ("elder", "留守老人", "Elder"),
            ("spouse", "留守妇女", "Spouse"),
        ),
    ),
    (
        "care_kind",
        "关爱类别",
        "Kinds of care",
        "every_days: how often somebody looks in, unless the entry says otherwise.",
        (
            ("living_alone", "独居老人", "Elder living alone", {"every_days": 30}),
            ("disabled", "残疾", "Disabled", {"every_days": 30}),
            (
                "child",
                "困境儿童",
                "Child in difficulty",
                {"every_days": 30},
            ),
            ("low_income", "低保低收入", "Low income", {"every_days": 90}),
        ),
    ),
    (
        "care_level",
        "关爱等级",
        "Care level",
        "",
        (("1", "重点", "Close"), ("2", "一般", "Ordinary"), ("3", "关注", "Watch")),
    ),
    (
        "need_kind",
        "需求类别",
        "Kinds of need",
        "",
        (
            ("repair", "维修改造", "Repair"),
            ("care", "照料陪伴", "Care and company"),
            ("errand", "跑腿代办", "Errand"),
            ("doctor", "就医送药", "Seeing a doctor"),
            ("job", "就业", "Work"),
            ("school", "就学", "School"),
            ("aid", "困难救助", "Aid"),
            ("wish", "微心愿", "Wish"),
            ("other", "其他", "Other"),
        ),
    ),
    (
        "visit_check",
        "入户查看项",
        "Looked at on a visit",
        "hazard: ticking it says that something is wrong.",
        (
            ("power", "用电", "Wiring in order"),
            ("gas", "燃气", "Gas in order"),
            ("medicine", "药够", "Medicine enough"),
            ("doors", "门窗", "Doors and windows"),
            ("food", "吃住有着落", "Food and bed"),
            ("wet_floor", "卫生间湿滑", "Slippery bathroom", {"hazard": True}),
            ("clutter", "堆物堵道", "Blocked way", {"hazard": True}),
            (
                "ev_indoors",
                "电动车入户充电",
                "E-bike charged indoors",
                {"hazard": True},
            ),
        ),
    ),
    (
        "service_kind",
        "服务类别",
        "Kinds of service",
        "",
        (
            ("meals", "送餐", "Meals"),
            ("checkup", "体检", "Check-up"),
            ("cleaning", "保洁", "Cleaning"),
            ("haircut", "理发", "Haircut"),
            ("repair", "维修", "Repair"),
            ("gifts", "慰问", "Gifts"),
            ("errand", "代办", "Errand"),
            ("other", "其他", "Other"),
        ),
    ),
    (
        "house_use",
        "房屋用途",
        "Use of a house",
        "",
        (
            ("own", "自住", "Own home"),
            ("rent", "出租", "Rented out"),
            ("shop", "商铺", "Shop"),
            ("mixed", "住商混用", "Home and shop"),
            ("workshop", "厂房作坊", "Workshop"),
            ("public", "公共用房", "Public"),
            ("vacant", "空置", "Vacant"),
            ("other", "其他", "Other"),
        ),
    ),
    (
        "house_hazard",
        "房屋隐患",
        "Hazards of a house",
        "",
        (
            ("structure", "结构老旧", "Old structure"),
            ("wiring", "线路老化", "Old wiring"),
            ("gas", "燃气隐患", "Gas"),
            ("fire", "消防通道堵塞", "Blocked fire exit"),
            ("crowded", "群租", "Crowded"),
            ("ev", "违规充电", "Wrong charging"),
            ("slope", "临坡临水", "Slope or water"),
        ),
    ),
    (
        "unmask_reason",
        "查看原因",
        "Reasons to see personal data",
        "needs_words: the reason must be written as well.",
        (
            ("visit", "上门走访", "To visit"),
            ("contact", "联系本人", "To get in touch"),
            ("handle", "办理诉求", "To handle a request"),
            ("identity", "核对身份", "To tell two persons apart"),
            ("emergency", "紧急救助", "Emergency"),
            ("report", "上报报表", "For a report"),
            ("other", "其他", "Another reason", {"needs_words": True}),
        ),
    ),
)


def dictionaries() -> Iterator[Seed]:
    """Every list of this topic."""
    for code, zh, en, note, rows in LISTS:
        yield Seed(code, zh, en, entries(rows), note)
    nations = [
        (f"{n:02d}", f"{name}族", "") for n, name in enumerate(NATIONS.split(), 1)
    ]
    nations += [("97", "其他", "Other"), ("98", "外国血统", "Foreign descent")]
    yield Seed("nation", "民族", "Nationalities", entries(nations), "GB/T 3304")
