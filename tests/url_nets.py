"""Addresses of the Party tree, the nets of the work lines, teams and joint committees."""

from typing import Any

from tests.factories import party
from tests.url_kinds import (
    DESKS,
    GONE,
    GRID_READERS,
    IN,
    MADE,
    NO,
    NO_SUCH,
    NOT_STAFF,
    OTHER_TOWN,
    OUT,
    PARTY_DESK,
    PARTY_PAGE,
    TEMPLATES,
    Url,
    nothing,
    village,
)


def _body(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).body.pk}


def _member(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).member.pk}


def _agreement(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).agreement.pk}


def _item(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).item.pk}


NET_URLS = (
    # --- the Party tree -----------------------------------------------------------------
    Url("party", NO, answers=GRID_READERS, page=True),
    Url("party_rates", NO, answers=GRID_READERS, page=True),
    Url("party_rates_export", NO, answers=GRID_READERS),
    Url("party_rates_print", NO, answers=GRID_READERS, page=True, is_paper=True),
    Url(
        "party_shortfalls",
        NO,
        lambda _w: {"code": "445302001009", "rate": "rooted"},
        answers={**GRID_READERS, **OTHER_TOWN},
        page=True,
    ),
    Url("party_organisation", NO, _body, answers=PARTY_PAGE, page=True),
    Url("party_member", NO, _member, answers=PARTY_PAGE, page=True),
    Url("party_transfer", NO, _body, answers=PARTY_DESK, page=True),
    Url("party_dissolve", NO, _body, answers=PARTY_DESK, page=True),
    Url("party_merge", NO, _body, answers=PARTY_DESK, page=True),
    Url("party_leave", NO, _member, answers=PARTY_DESK, page=True),
    Url(
        "party_restore",
        NO,
        _body,
        is_post=True,
        answers={**PARTY_DESK, "town_a": OUT, "district": OUT},
    ),
    Url("agreement", NO, _agreement, answers=PARTY_PAGE, page=True),
    Url(
        "agreement_print", NO, _agreement, answers=PARTY_PAGE, page=True, is_paper=True
    ),
    Url("agreement_review", NO, _agreement, answers=PARTY_DESK, page=True),
    Url("agreement_renew", NO, _agreement, answers=PARTY_DESK, page=True),
    Url("agreement_end", NO, _agreement, answers=PARTY_DESK, page=True),
    Url("agreement_item_done", NO, _item, answers=PARTY_DESK, page=True),
    Url("agreement_item_drop", NO, _item, answers=PARTY_DESK, page=True),
    Url(
        "agreement_item_reopen",
        NO,
        _item,
        is_post=True,
        answers={**PARTY_DESK, "town_a": OUT, "district": OUT},
    ),
    # --- nets of the work lines ---------------------------------------------------------
    Url("mapping", IN, answers={**NOT_STAFF, "workers": NO}, page=True),
    Url("mapping_bulk", NO, answers=DESKS, page=True),
    *(
        Url(
            f"mapping_{verb}",
            NO,
            lambda _w: {"pk": 1},
            is_post=True,
            answers={"anonymous": OUT, "desks": GONE},
        )
        for verb in ("confirm", "reject", "own", "undo")
    ),
    Url("lines", IN, answers={**NOT_STAFF, "workers": NO}, page=True),
    Url("line_template", NO, answers=DESKS),
    Url("line_list", NO, lambda _w: {"pk": 1}, answers={**DESKS, "desks": GONE}),
    *(
        Url(
            name,
            IN,
            lambda _w: {"code": "security"},
            answers={**NOT_STAFF, "workers": NO, "officers": GONE},
            page=name == "line",
        )
        for name in ("line", "line_export")
    ),
    Url(
        "line_settings",
        NO,
        lambda _w: {"code": "security"},
        answers={"anonymous": OUT, "district": IN, "admin": IN},
        page=True,
    ),
    Url("line_hand_in", NO, lambda _w: {"code": "security"}, answers=DESKS, page=True),
    Url(
        "line_match",
        NO,
        lambda _w: {"code": "security"},
        is_post=True,
        answers={"anonymous": OUT, "desks": OUT},
    ),
    # --- teams and joint committees -----------------------------------------------------
    Url("teams", IN, answers=NOT_STAFF, page=True),
    Url("teams_export", IN, answers=NOT_STAFF),
    Url("teams_print", IN, answers=NOT_STAFF, page=True, is_paper=True),
    Url("grid_team", IN, village, answers={**NOT_STAFF, **OTHER_TOWN}, page=True),
    Url("team_candidates", GONE, village, query="?slot=1", answers=NOT_STAFF),
    Url("team_assign", NO, lambda _w: {**village(_w), "pk": 1}, answers=NO_SUCH),
    Url("assignment_end", NO, nothing, answers=NO_SUCH),
    Url("assignment_hand_over", NO, nothing, answers=NO_SUCH),
    Url("assignment_undo", NO, nothing, is_post=True, answers=NO_SUCH),
    Url("team_templates", IN, answers=NOT_STAFF, page=True),
    Url("team_template", GONE, nothing, answers=NOT_STAFF),
    Url("team_template_new", NO, answers=TEMPLATES, page=True),
    Url("team_proposals", NO, is_post=True, answers={**TEMPLATES, **MADE}),
    *(
        Url(name, NO, nothing, answers={**TEMPLATES, "district": GONE, "admin": GONE})
        for name in ("team_template_edit", "team_slot_new", "team_slot_edit")
    ),
    Url(
        "team_slot_remove",
        NO,
        nothing,
        is_post=True,
        answers={**TEMPLATES, "district": GONE, "admin": GONE},
    ),
    Url("committees", IN, answers=NOT_STAFF, page=True),
    *(
        Url(name, GONE, nothing, answers=NOT_STAFF)
        for name in ("committee", "meeting", "meeting_print")
    ),
    *(
        Url(name, NO, nothing, answers=NO_SUCH)
        for name in (
            "committee_member_new",
            "committee_member_end",
            "meeting_record",
            "meeting_need_new",
            "meeting_offer_new",
            "meeting_decide",
            "meeting_file_new",
        )
    ),
    *(
        Url(name, NO, nothing, is_post=True, answers=NO_SUCH)
        for name in ("meeting_match", "meeting_unmatch")
    ),
    Url(
        "meeting_withdraw",
        NO,
        lambda _w: {"kind": "need", "pk": 1},
        is_post=True,
        answers=NO_SUCH,
    ),
    Url("decision_undo", GONE, nothing, is_post=True, answers=NOT_STAFF),
    Url(
        "decision_step",
        GONE,
        lambda _w: {"pk": 1, "name": "begin"},
        answers=NOT_STAFF,
    ),
)
