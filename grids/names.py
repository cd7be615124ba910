"""Names of grids as people write them, brought to one form so that they can be compared.

plain("第三网格") == plain("03 网格") == plain("３号网格") == "3"
plain("星岩社区居委会") == plain("星岩社区") == "星岩"
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百]+")
ENDINGS = (
    "社区居民委员会",
    "社区居委会",
    "村民委员会",
    "村委会",
    "居委会",
    "街道办事处",
    "街道办",
    "人民政府",
    "专属网格",
    "综合网格",
    "党建网格",
    "综治网格",
    "微网格",
    "小网格",
    "中网格",
    "大网格",
    "网格",
    "社区",
    "街道",
    "行政村",
    "村",
    "镇",
)
# what the lines put into the names of their grids, besides the place
LINE_WORDS = re.compile(
    "党员中心户|党小组|党支部|党建|综治|平安|治安|警务|公共卫生|公卫|卫生|健康|文明|创文|"
    "城市管理|城管|市容|环卫|消防|应急|安监|安全生产|食品安全|民政|信访|禁毒|林长|河长|田长|"
    "工作站|服务站|片区|专属|综合"
)
SHORTEST = 2  # letters of a name that may stand for its grid inside a longer one
NOISE = re.compile(r"[\s\-_.,，、。·:：()（）\[\]【】#]+")


def number(text: str) -> int:
    """A Chinese numeral as a number: 十二 is 12, 二十 is 20, 一百零三 is 103, 二〇三 is 203."""
    if not any(c in UNITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in UNITS:
            total += (digit or 1) * UNITS[c]
            digit = 0
        else:
            digit = DIGITS[c]
    return total + digit


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """One form of a name: half width, small letters, Arabic numbers without zeros, no ending."""
    text = NOISE.sub("", unicodedata.normalize("NFKC", name).lower())
    text = _without_ending(text)
    # a numeral is a number after 第, or where it ends the name; 三合村 and 七洞 keep theirs
    text = re.sub(
        rf"第?({NUMERAL.pattern})(?:号|组|$)",
        lambda m: str(number(m.group(1))),
        text,
    )
    text = re.sub(rf"第({NUMERAL.pattern})", lambda m: str(number(m.group(1))), text)
    text = re.sub(r"第?(\d+)(?:号|组)?", lambda m: str(int(m.group(1))), text)
    return text or NOISE.sub("", name)


def _without_ending(text: str) -> str:
    again = True
    while again:
        again = False
        for ending in ENDINGS:
            if text.endswith(ending) and len(text) > len(ending):
                text, again = text[: -len(ending)], True
                break
    return text


def alike(one: str, other: str) -> float:
    """How alike two names are after `plain`, 0 to 1; different numbers make it 0."""
    a, b = plain(one), plain(other)
    if a == b:
        return 1.0
    if re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return 0.0
    # the order of the arguments matters to the matcher; ours must not
    first, second = sorted((a, b))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def within(name: str, parent: str) -> str:
    """The name without the parent's in front: 星岩社区第三网格 in 星岩社区 is 第三网格."""
    text = unicodedata.normalize("NFKC", name).strip()
    for front in (unicodedata.normalize("NFKC", parent).strip(), plain(parent)):
        if front and text.startswith(front) and len(text) > len(front):
            return text[len(front) :].lstrip("- _·,，")
    return text


def holds(name: str, other: str) -> float:
    """How well `name` holds the grid name `other` in it: 1 when only words of a line are left.

    0 when it does not, when a number is cut in two (1号网格 in 11号网格), or when `other` is too
    short to tell; between the two the share of the letters that are the grid's.
    """
    text = NOISE.sub("", unicodedata.normalize("NFKC", name).lower())
    whole = NOISE.sub("", unicodedata.normalize("NFKC", other).lower())
    core = plain(other)
    if plain(name) == core:
        return 0.0  # the same name, which says more
    for part in (whole, core):
        at = text.find(part)
        if len(part) < SHORTEST or part.isdigit() or at < 0:
            continue
        before, after = text[at - 1 : at], text[at + len(part) :][:1]
        if _cuts(before, part[0]) or _cuts(part[-1], after):
            continue
        rest = LINE_WORDS.sub("", text[:at] + text[at + len(part) :])
        rest = "" if rest in ENDINGS else rest
        return 1.0 if not rest else round(len(part) / (len(part) + len(rest)), 3)
    return 0.0


def _cuts(one: str, two: str) -> bool:
    """Whether two neighbouring letters belong to one number."""
    return all(c.isdigit() or (c and NUMERAL.fullmatch(c)) for c in (one, two))
