"""Addresses of holds, exclusions, revisits, covered pictures and drafts of replies."""

from typing import Any

from tests.url_kinds import DESKS, GONE, IN, NO, NOT_STAFF, OTHER_TOWN, OUT, Url

LOOKING = {"anonymous": OUT, "desks": IN, "leader": IN, "auditor": IN}
NO_PICTURE = {"anonymous": OUT, "desks": GONE, "workers": GONE}


def _closed(world: Any) -> dict[str, Any]:
    return {"no": world.closed.no}


def _row(world: Any) -> dict[str, Any]:
    return {"no": world.row.no}


def _photo(world: Any) -> dict[str, Any]:
    return {"no": world.row.no, "pk": 1}


CASEFLOW_URLS = (
    Url("proposals", NO, answers=LOOKING, page=True),
    Url("rulings", NO, answers=LOOKING, page=True),
    Url("problems", NO, answers=LOOKING, page=True),
    Url("revisits", NO, answers=DESKS, page=True),
    Url(
        "request_revisit",
        NO,
        _closed,
        answers={**DESKS, "town_b": GONE},
        page=True,
    ),
    Url(
        "request_words",
        IN,
        _row,
        is_post=True,
        answers={**NOT_STAFF, **OTHER_TOWN, "readers": NO},
    ),
    Url("photo_redact", NO, _photo, answers=NO_PICTURE),
    Url(
        "photo_uncover",
        NO,
        _photo,
        is_post=True,
        answers={"anonymous": OUT, "desks": GONE},
    ),
    Url(
        "photo_original",
        NO,
        _photo,
        is_post=True,
        answers={"anonymous": OUT, "desks": GONE},
    ),
)
