"""Whether a reply says what was done, by whom and when, in words that residents know.

Source: research on reply rules of hotlines (a reply names the measure, the unit and the day;
"handled" or "passed on" alone is no reply). The lists are dictionaries that administrators edit.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import Invalid
from requests_hub.replies import BLANK, PLACEHOLDER

EMPTY = "empty_phrase"
JARGON = "plain_word"
LEFT_OVER = 6
UNIT = re.compile(
    r"(局|委|办|大队|中队|所|站|院|中心|公司|街道|镇|村|社区|网格员|网格|物业|工作人员|部门)"
    r"|\b(department|team|bureau|office|we)\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"\d{1,2}\s*[月/.-]\s*\d{1,2}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\s*[日号]"
    r"|今天|昨天|当天|当日|当晚|即日|上午|下午|本周|上周|本月"
    r"|\b(today|yesterday|monday|tuesday|wednesday|thursday|friday)\b"
    r"|\b\d{1,2}\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
WHAT = re.compile(
    r"修|换|清|疏|补|装|拆|挖|铺|洗|消杀|排|抢|查|测|检|约谈|处罚|罚款|立案|责令|整改|协调|调解|劝|"
    r"安排|增设|增加|开通|恢复|供|发放|退|办理了|登记|解释|说明|告知|公示|采购|施工|完工|竣工|巡|撤|移|"
    r"种|剪|刷|加固|降|停|封|关停|暂扣|搬|接通|更正|补贴|救助|核实|上门"
    r"|\b(repair|replac|clear|clean|remov|install|fix|check|explain|arrang|paid|fin|clos|mend|dr[ai])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hint:
    """One remark beside the field. A refused one must be mended, or a reason given."""

    code: str
    words: str
    is_refused: bool = False


def hints(text: str) -> list[Hint]:
    """What could be better about a closing reply, the grave first; nothing means it is fine."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return []
    found = [*_refused(plain), *_missing(plain), *_length(plain), *_jargon(plain)]
    return sorted(found, key=lambda hint: not hint.is_refused)


def _refused(text: str) -> list[Hint]:
    if BLANK in text or PLACEHOLDER.search(text):
        words = _("There is still a blank to fill in.")
        return [Hint("blank", words, is_refused=True)]
    rest = _left_over(text)
    if len(rest) < LEFT_OVER and not WHAT.search(rest):
        words = _("It only says that it was dealt with. Say what was done.")
        return [Hint("empty", words, is_refused=True)]
    return []


def _left_over(text: str) -> str:
    """What remains without empty phrases, courtesies and punctuation."""
    rest = text.lower()
    phrases = [str(item.label_zh) for item in dictionaries.items(EMPTY)]
    phrases += [str(item.label_en).lower() for item in dictionaries.items(EMPTY)]
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        rest = rest.replace(unicodedata.normalize("NFKC", phrase), "")
    return re.sub(r"[\W_]+", "", rest)


def _missing(text: str) -> list[Hint]:
    out = []
    if not WHAT.search(text):
        out.append(Hint("what", _("What was done? Name the measure.")))
    if not UNIT.search(text):
        out.append(Hint("who", _("Who did it? Name the unit.")))
    if not WHEN.search(text):
        out.append(
            Hint("when", _("When was it done, or when will it be? Name the day."))
        )
    return out


def _length(text: str) -> list[Hint]:
    low, high = settings.REPLY_CHARACTERS
    if len(text) < low:
        words = _("Short: %(n)s characters; residents expect at least %(low)s.")
        return [Hint("short", words % {"n": len(text), "low": low})]
    if len(text) > high:
        words = _("Long: %(n)s characters; more than %(high)s are seldom read.")
        return [Hint("long", words % {"n": len(text), "high": high})]
    return []


def _jargon(text: str) -> list[Hint]:
    out = []
    for item in dictionaries.items(JARGON):
        if item.label_zh and item.label_zh in text:
            say = str(item.data.get("say", ""))
            words = (
                _("Residents do not say “%(word)s”; say “%(say)s”.")
                if say
                else _("Residents do not say “%(word)s”.")
            )
            out.append(Hint("jargon", words % {"word": item.label_zh, "say": say}))
    return out[:5]


def require(text: str, *, field: str, keep_reason: str = "") -> None:
    """Refuse words that say nothing, unless somebody says why they stay.

    Raises:
        Invalid: with `field`.
    """
    refused = [hint.words for hint in hints(text) if hint.is_refused]
    if refused and not keep_reason.strip():
        raise Invalid(fields={field: refused})
