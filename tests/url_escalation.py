"""Addresses of the escalation policy, of supervision and of the auditor."""

from typing import Any

from tests.url_kinds import GONE, IN, NO, NOT_STAFF, OUT, Url, nothing

POLICY = {"anonymous": OUT, "towns": IN, "district": IN, "readers": IN}
AUDIT = {"anonymous": OUT, "district": IN, "readers": IN}
KEEPERS = {"anonymous": OUT, "district": OUT, "admin": OUT}
MAY_CHOOSE = {"anonymous": OUT, "district": IN, "admin": IN}
GONE_KEEPERS = {"anonymous": OUT, "district": GONE, "admin": GONE}


def _no_such(_world: Any) -> dict[str, Any]:
    return {"code": "no-such"}


ESCALATION_URLS = (
    Url("escalation", NO, answers=POLICY, page=True),
    Url("escalation_version", NO, is_post=True, answers=KEEPERS),
    Url("rung_drop", NO, nothing, is_post=True, answers=GONE_KEEPERS),
    Url("supervisions", IN, answers=NOT_STAFF, page=True),
    Url("supervision", GONE, nothing, answers=NOT_STAFF),
    Url(
        "supervision_step",
        GONE,
        lambda _w: {"pk": 1, "step": "answer"},
        is_post=True,
        answers=NOT_STAFF,
    ),
    Url("naming_strike", NO, nothing, answers={"anonymous": OUT, "district": GONE}),
    Url(
        "task_remind",
        NO,
        lambda w: {"pk": w.task.pk},
        answers={
            "anonymous": OUT,
            "town_b": GONE,
            "town_a": 409,
            "district": 409,
            "leader": 409,
        },
    ),
    Url(
        "task_supervise",
        NO,
        lambda w: {"pk": w.task.pk},
        answers={"anonymous": OUT, "district": 409, "leader": 409},
    ),
    Url("checks", NO, answers=AUDIT, page=True),
    Url("sensitive", NO, answers=AUDIT, page=True),
    Url("sensitive_choose", NO, answers=MAY_CHOOSE, page=True),
    Url("sensitive_flag", NO, _no_such, answers=GONE_KEEPERS),
    Url("sensitive_unflag", NO, _no_such, answers=GONE_KEEPERS),
    Url("sensitive_undo", NO, nothing, is_post=True, answers=GONE_KEEPERS),
    Url("check_mend", NO, nothing, is_post=True, answers=GONE_KEEPERS),
)
