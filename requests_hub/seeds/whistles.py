"""Why a call is returned or put on hold, and what both sides score; proposals until confirmed.

Source of the kinds of return: reasons in use for wrongly sent orders of public hotlines.
"""

from collections.abc import Iterator

from governance.core import dictionary_import
from governance.core.seeds import Seed
from requests_hub.seeds.loop import FOLDER


def dictionaries() -> Iterator[Seed]:
    """Every list of the whistles, read from its file."""
    for code, zh, en in (
        ("return_kind", "退回理由", "Why a call is returned"),
        ("pause_kind", "暂停计时事由", "Why a call is on hold"),
        ("score_department", "评价部门指标", "What a department is scored on"),
        ("score_call", "评价吹哨指标", "What a call is scored on"),
    ):
        with (FOLDER / f"{code}.csv").open("rb") as file:
            yield Seed(code, zh, en, dictionary_import.from_file(file))
