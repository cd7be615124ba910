"""How personal data looks while nobody has given a reason to see it."""

import re
from collections.abc import Callable

STAR = "*"
# The compound surnames in use today; a name that starts with one keeps both characters.
COMPOUND = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|"
    "赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|"
    "司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|"
    "宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|梁丘|"
    "左丘|东门|西门|南荣|第五"
)
CHINESE = re.compile(r"[\u3400-\u9fff]+")


def mask_name(name: str) -> str:
    """张* for two characters, 张*明 for three, 欧阳* for a compound surname."""
    name = name.strip()
    if not CHINESE.fullmatch(name):
        return f"{name[:1]}{STAR * 2}" if name else ""
    keep = 2 if len(name) > 2 and COMPOUND.match(name) else 1
    given = name[keep:]
    if len(given) < 2:
        return name[:keep] + STAR
    return name[:keep] + STAR * (len(given) - 1) + given[-1]


def mask_identity(number: str) -> str:
    """445302********001X; other papers keep two characters at each end."""
    if len(number) == 18:
        return number[:6] + STAR * 8 + number[14:]
    if len(number) < 5:
        return STAR * len(number)
    return number[:2] + STAR * (len(number) - 4) + number[-2:]


def mask_phone(phone: str) -> str:
    """138****0000; a landline keeps its last four digits."""
    if len(phone) == 11 and phone.startswith("1"):
        return f"{phone[:3]}{STAR * 4}{phone[-4:]}"
    if len(phone) < 7:
        return STAR * len(phone)
    return STAR * 4 + phone[-4:]


def mask_address(address: str, grid: str = "") -> str:
    """The grid only: a short address would be told by its first characters."""
    return f"{grid}{STAR * 4}" if address else ""


def mask_email(address: str) -> str:
    """z***@example.org: whose mail server it is may be seen, who it is may not."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}{STAR * 3}@{host}" if name else mask_text(address)


def mask_text(text: str) -> str:
    """Any other value: its first character."""
    return f"{text[:1]}{STAR * 3}" if text else ""


MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "identity": mask_identity,
    "phone": mask_phone,
    "address": mask_address,
    "email": mask_email,
}
