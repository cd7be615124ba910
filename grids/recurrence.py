"""How often something is due, as an RFC 5545 rule: checked, read from words, told in words.

Only what a plan of duties needs: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT, UNTIL. What a
day off does to it is said beside the rule, not in it.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

USUAL = (
    ("FREQ=DAILY", gettext_lazy("every day")),
    ("FREQ=WEEKLY", gettext_lazy("every week")),
    ("FREQ=WEEKLY;INTERVAL=2", gettext_lazy("every two weeks")),
    ("FREQ=MONTHLY", gettext_lazy("every month")),
    ("FREQ=MONTHLY;INTERVAL=3", gettext_lazy("every quarter")),
    ("FREQ=MONTHLY;INTERVAL=6", gettext_lazy("every half-year")),
    ("FREQ=YEARLY", gettext_lazy("every year")),
    ("", gettext_lazy("as needed")),
)
WORDS = {
    "每日": "FREQ=DAILY",
    "每天": "FREQ=DAILY",
    "每周": "FREQ=WEEKLY",
    "每星期": "FREQ=WEEKLY",
    "每两周": "FREQ=WEEKLY;INTERVAL=2",
    "每半月": "FREQ=MONTHLY;BYMONTHDAY=1,15",
    "每月": "FREQ=MONTHLY",
    "每季": "FREQ=MONTHLY;INTERVAL=3",
    "每季度": "FREQ=MONTHLY;INTERVAL=3",
    "每半年": "FREQ=MONTHLY;INTERVAL=6",
    "每年": "FREQ=YEARLY",
    "按需": "",
    "随时": "",
    "不定期": "",
}
UNITS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS = {
    "FREQ": re.compile("|".join(UNITS)),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z)?"),
    "BYDAY": re.compile(
        rf"([+-]?[1-5])?({'|'.join(DAYS)})(,([+-]?[1-5])?({'|'.join(DAYS)}))*"
    ),
    "BYMONTHDAY": re.compile(r"-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01]))*"),
    "BYMONTH": re.compile(r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*"),
}


def check(rule: str) -> str:
    """The rule in one spelling: capitals, FREQ first, no blanks.

    Raises:
        ValueError: with words, when it is no rule of ours.
    """
    text = rule.strip().upper().removeprefix("RRULE:").replace(" ", "")
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    for name, value in parts.items():
        if name not in PARTS or not PARTS[name].fullmatch(value):
            raise ValueError(
                _("“%(part)s” is not understood.") % {"part": f"{name}={value}"}
            )
    if "FREQ" not in parts or ("COUNT" in parts and "UNTIL" in parts):
        raise ValueError(_("Write FREQ=…, and COUNT or UNTIL but not both."))
    return ";".join(f"{name}={parts[name]}" for name in PARTS if name in parts)


def parse(cell: str) -> str:
    """A rule from words of a sheet (每月, every month, 随时) or as written.

    Raises:
        ValueError: with words.
    """
    text = cell.strip()
    known = {**WORDS, **{str(word).lower(): rule for rule, word in USUAL}}
    if text.lower() in known:
        return known[text.lower()]
    if "=" in text:
        return check(text)
    raise ValueError(_("“%(part)s” is not understood.") % {"part": text})


def words(rule: str) -> str:
    """The rule for people: every month, on day 1 and 15; an unusual one as it is."""
    plain_words = {r: str(w) for r, w in USUAL}
    if rule in plain_words:
        return plain_words[rule]
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part)
    base = _base(parts)
    if not base:
        return rule
    days = parts.get("BYMONTHDAY", "")
    if days and "-" not in days:
        base = _("%(base)s, on day %(days)s") % {
            "base": base,
            "days": days.replace(",", "、"),
        }
    weekdays = parts.get("BYDAY", "")
    if weekdays and all(day in DAYS for day in weekdays.split(",")):
        names = "、".join(str(DAY_WORDS[day]) for day in weekdays.split(","))
        base = _("%(base)s, on %(days)s") % {"base": base, "days": names}
    elif weekdays:
        return rule
    return base


DAY_WORDS = dict(
    zip(
        DAYS,
        (
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        ),
        strict=True,
    )
)


def _base(parts: dict[str, str]) -> str:
    """The unit with its interval; "" when other parts make it more than that."""
    if set(parts) - {"FREQ", "INTERVAL", "BYMONTHDAY", "BYDAY"} or "FREQ" not in parts:
        return ""
    n = int(parts.get("INTERVAL", "1"))
    rule = f"FREQ={parts['FREQ']}" + (f";INTERVAL={n}" if n > 1 else "")
    usual = {r: str(w) for r, w in USUAL}
    if rule in usual:
        return usual[rule]
    unit = parts["FREQ"]
    if unit == "DAILY":
        return ngettext("every %(n)s day", "every %(n)s days", n) % {"n": n}
    if unit == "WEEKLY":
        return ngettext("every %(n)s week", "every %(n)s weeks", n) % {"n": n}
    if unit == "MONTHLY":
        return ngettext("every %(n)s month", "every %(n)s months", n) % {"n": n}
    return ngettext("every %(n)s year", "every %(n)s years", n) % {"n": n}
