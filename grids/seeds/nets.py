"""Work lines: which lines the lists of other nets come from. `data.prefix` starts a line's own codes."""

from collections.abc import Iterator

from governance.core.seeds import Seed, entries

# The speech names four merged lines; the other six are a proposal.
LINES = (
    ("party", "党建", "Party building", "organisation", "DJ", "flag"),
    ("security", "综治平安", "Public security", "political_legal", "ZZ", "shield-check"),
    ("civilised", "创文巩卫", "Civilised and healthy city", "publicity", "CW", "stars"),
    ("health", "公共卫生", "Public health", "health", "GW", "heart"),
    ("welfare", "民政救助", "Civil affairs and relief", "civil_affairs", "MZ", "people"),
    ("safety", "安全生产与消防", "Work safety and fire", "emergency", "AJ", "cone-striped"),
    ("petitions", "信访维稳与矛盾调解", "Petitions and mediation", "petitions", "XF", "chat-left-text"),
    ("environment", "环境整治", "Environment", "ecology", "HJ", "wind"),
    ("errands", "政务代办", "Errands with the authorities", "digital", "ZW", "clipboard-check"),
    ("village", "乡村振兴", "Rural revitalisation", "agriculture", "XC", "house-heart"),
)  # fmt: skip


def dictionaries() -> Iterator[Seed]:
    """The ten lines; `data.department` is the code of the department proposed to lead."""
    rows = [
        (code, zh, en, {"department": lead, "prefix": prefix, "icon": icon})
        for code, zh, en, lead, prefix, icon in LINES
    ]
    yield Seed("work_lines", "工作条线", "Work lines", entries(rows))
