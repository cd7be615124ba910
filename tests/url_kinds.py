"""What a row of the table of addresses is, who the people are, and answers that many rows share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GROUPS = {
    "workers": ("worker_a", "worker_b"),
    "officers": ("officer_a", "officer_b"),
    "towns": ("town_a", "town_b"),
    "desks": ("town_a", "town_b", "district"),
    "readers": ("leader", "admin", "auditor"),
    "outside": ("resident", "outsider", "good_person"),
}
CAST = (
    "anonymous",
    "resident",
    "outsider",
    "good_person",
    "worker_a",
    "worker_b",
    "officer_a",
    "officer_b",
    "town_a",
    "town_b",
    "district",
    "leader",
    "admin",
    "auditor",
)


@dataclass(frozen=True)
class Url:
    """One address: `args` from the world of the test, `answers` by person."""

    name: str
    everybody: int
    args: Callable[[Any], dict[str, Any]] = lambda _world: {}
    query: str = ""
    is_post: bool = False
    answers: dict[str, int] = field(default_factory=dict)
    page: bool = False
    is_paper: bool = False
    is_shown: bool = (
        False  # looked at in a browser, but its statements are pinned elsewhere
    )

    def expected(self, person: str) -> int:
        if person in self.answers:
            return self.answers[person]
        for group, status in self.answers.items():
            if person in GROUPS.get(group, ()):
                return status
        return self.everybody


IN, OUT, NO, GONE = 200, 302, 403, 404
Answers = dict[str, int]

OPEN: Answers = {}
NO_SUCH: Answers = {"anonymous": 302, "desks": 404}
TEMPLATES: Answers = {"anonymous": 302, "district": 200, "admin": 200}
MADE: Answers = {"district": 302, "admin": 302}
SIGNED_IN: Answers = {"anonymous": OUT}
TOKEN: Answers = {"anonymous": 401}
NOT_STAFF: Answers = {"anonymous": OUT, "outside": NO}
OTHER_TOWN: Answers = {"worker_b": GONE, "town_b": GONE}
FIELD: Answers = {"anonymous": OUT, "workers": IN}
DESKS: Answers = {"anonymous": OUT, "desks": IN}
OFFICERS: Answers = {"anonymous": OUT, "officers": IN}
CIRCLE: Answers = {
    **dict.fromkeys(("desks", "workers", "readers"), IN),
    "anonymous": OUT,
}
CHECKERS: Answers = {"anonymous": OUT, "worker_a": IN, "town_a": IN, "district": IN}
GRID_READERS: Answers = {
    "anonymous": OUT,
    "workers": IN,
    "towns": IN,
    "district": IN,
    "readers": IN,
}
PARTY_PAGE: Answers = {**GRID_READERS, **OTHER_TOWN}
PARTY_DESK: Answers = {
    "anonymous": OUT,
    "town_a": IN,
    "district": IN,
    "town_b": GONE,
}
API_OUTSIDE: Answers = {**TOKEN, "outside": GONE, **OTHER_TOWN}
KEEPERS: Answers = {"anonymous": OUT, "desks": IN, "workers": IN}
KEEPERS_GONE: Answers = {"anonymous": OUT, "desks": GONE, "workers": GONE}


def village(_world: Any) -> dict[str, Any]:
    return {"code": "445302001009"}


def nothing(_world: Any) -> dict[str, Any]:
    """The id of nothing: what lies behind it has tests of its own."""
    return {"pk": 1}
