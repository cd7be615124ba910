"""Text that strangers may read: without numbers and addresses that lead to a person."""

import re

from governance.core.masking import STAR

NUMBER = r"[0-9０-９一二三四五六七八九十百]"
RULES = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    # identity and other long numbers, telephones with or without blanks and hyphens
    re.compile(r"(?<![A-Za-z\d])\d{15,18}[\dXx]?(?![A-Za-z\d])"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[- ]?[2-9]\d{6,7}(?!\d)"),
    re.compile(r"(?<!\d)[2-9]\d{6,7}(?!\d)"),
    # a house: from its number down to the flat
    re.compile(
        rf"{NUMBER}+(?:[-－—]{NUMBER}+)*\s*(?:号(?![线])|栋|幢|座|单元|楼|室|房)"
        rf"(?:\s*{NUMBER}+(?:[-－—]{NUMBER}+)*\s*(?:号|栋|幢|座|单元|楼|层|室|房)?)*"
    ),
    re.compile(r"[A-Za-z]?\d+[-－—]\d+[-－—]\d+"),
)
NAMED = re.compile(r"(我叫|姓名[:：]?|联系人[:：]?)\s*[\u4e00-\u9fff]{2,4}")
HIDDEN = STAR * 3


def scrubbed(text: str) -> str:
    """The text with telephones, identity numbers, mail, houses and given names made unreadable."""
    for rule in RULES:
        text = rule.sub(HIDDEN, text)
    return NAMED.sub(rf"\1{HIDDEN}", text)
