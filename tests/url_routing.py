"""Addresses of the routing rules and of the versions of the suggestions."""

from typing import Any

from tests.url_kinds import GONE, IN, NO, OUT, Url

POST_ONLY = 405


def _one(_world: Any) -> dict[str, Any]:
    return {"pk": 1}


ROUTING_URLS = (
    Url(
        "routing", NO, answers={"anonymous": OUT, "desks": IN, "readers": IN}, page=True
    ),
    Url(
        "suggestion_versions",
        NO,
        answers={"anonymous": OUT, "district": IN, "readers": IN},
        page=True,
    ),
    Url(
        "suggestion_version_step",
        NO,
        lambda _w: {"step": "use"},
        answers={"anonymous": OUT, "district": POST_ONLY, "admin": POST_ONLY},
    ),
    Url(
        "routing_trial",
        NO,
        _one,
        answers={"anonymous": OUT, "desks": GONE, "readers": GONE},
    ),
    Url(
        "routing_trial_new",
        NO,
        _one,
        answers={"anonymous": OUT, "desks": POST_ONLY},
    ),
    Url(
        "routing_step",
        NO,
        lambda _w: {"pk": 1, "step": "up"},
        answers={"anonymous": OUT, "desks": POST_ONLY},
    ),
    Url(
        "request_classify",
        NO,
        lambda w: {"no": w.row.no},
        answers={"anonymous": OUT, "desks": POST_ONLY},
    ),
)
