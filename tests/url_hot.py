"""Addresses of hot issues and of what is alike."""

from typing import Any

from django.core import signing

from requests_hub.views.similar import SALT
from tests.factories.likeness import issue_of
from tests.url_kinds import (
    DESKS,
    GONE,
    IN,
    NO,
    NOT_STAFF,
    OTHER_TOWN,
    OUT,
    Answers,
    Url,
)

READERS: Answers = {**NOT_STAFF, "workers": NO, "admin": NO}
KEEPERS: Answers = {**DESKS, "town_b": GONE}
GIVEN: Answers = {**KEEPERS, "town_a": OUT, "district": OUT}


def _issue(world: Any) -> dict[str, Any]:
    return {"pk": issue_of(world).pk}


def _member(world: Any) -> dict[str, Any]:
    return {"pk": issue_of(world).pk, "no": world.row.no}


def _token(world: Any) -> dict[str, Any]:
    return {"token": signing.dumps(world.row.pk, salt=SALT)}


HOT_URLS = (
    Url("hot", IN, answers=READERS, page=True),
    Url("hot_export", IN, answers=READERS),
    Url("hot_print", IN, answers=READERS, page=True, is_paper=True),
    Url("hot_issue", IN, _issue, answers={**READERS, "town_b": GONE}, page=True),
    Url("hot_rename", NO, _issue, answers=KEEPERS, page=True),
    Url("hot_topic", NO, _issue, answers={"anonymous": OUT, "district": IN}, page=True),
    Url("hot_put_in", NO, _issue, answers=KEEPERS, page=True),
    Url("hot_join", NO, _issue, answers=KEEPERS, page=True),
    Url("hot_take_out", NO, _member, is_post=True, answers=GIVEN),
    Url("hot_put_back", NO, _member, is_post=True, answers=GIVEN),
    Url(
        "request_similar",
        IN,
        lambda w: {"no": w.row.no},
        answers={**NOT_STAFF, **OTHER_TOWN},
    ),
    Url("ask_similar", IN, is_post=True),
    Url("ask_me_too", IN, _token, page=True),
)
