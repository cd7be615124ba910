"""Every address of the product: how to open it, and what each of the cast gets.

`tests/test_urls.py` opens them all and fails when an address has no entry here. A row is the
answer of everybody, with the exceptions by name; the names in `GROUPS` stand for several. A person's own answer goes before
that of a group.
"""

from typing import Any

from tests.url_caseflow import CASEFLOW_URLS
from tests.url_escalation import ESCALATION_URLS
from tests.url_hot import HOT_URLS
from tests.url_kinds import (
    API_OUTSIDE,
    CHECKERS,
    CIRCLE,
    DESKS,
    FIELD,
    GONE,
    IN,
    KEEPERS,
    KEEPERS_GONE,
    NO,
    NOT_STAFF,
    OFFICERS,
    OTHER_TOWN,
    OUT,
    SIGNED_IN,
    TOKEN,
    Url,
)
from tests.url_nets import NET_URLS
from tests.url_outside import OUTSIDE_URLS
from tests.url_registers import of_feeds, of_registers
from tests.url_routing import ROUTING_URLS


def _row(world: Any) -> dict[str, Any]:
    return {"no": world.row.no}


def _code(world: Any) -> dict[str, Any]:
    return {"code": world.row.follow_code}


def _closed(world: Any) -> dict[str, Any]:
    return {"code": world.closed.follow_code}


def _api(world: Any) -> dict[str, Any]:
    return {"key": world.row.no}


def _task(world: Any) -> dict[str, Any]:
    return {"pk": world.task.pk}


def _one(_world: Any) -> dict[str, Any]:
    return {"pk": 1}


KEEPING = {"anonymous": OUT, "district": IN, "admin": IN, "auditor": IN}

URLS = (
    *of_registers(),
    *NET_URLS,
    *OUTSIDE_URLS,
    *HOT_URLS,
    *CASEFLOW_URLS,
    *ROUTING_URLS,
    # --- sign-in ------------------------------------------------------------------------
    Url("account_login", OUT, answers={"anonymous": IN}, page=True),
    Url("account_logout", IN, answers=SIGNED_IN, page=True),
    Url("account_change_password", IN, answers=SIGNED_IN, page=True),
    *(
        Url(name, GONE)
        for name in (
            "account_signup",
            "account_inactive",
            "account_reauthenticate",
            "account_email",
            "account_email_verification_sent",
            "account_set_password",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key_done",
            "account_confirm_login_code",
        )
    ),
    Url("account_confirm_email", GONE, lambda _w: {"key": "x"}),
    Url(
        "account_reset_password_from_key", GONE, lambda _w: {"uidb36": "1", "key": "x"}
    ),
    # --- core ---------------------------------------------------------------------------
    Url("api_schema", IN),
    Url("api_docs", IN),
    Url("healthz", IN),
    Url("readyz", 503),
    Url("metrics", IN),
    Url("notices", IN, answers=SIGNED_IN, page=True),
    Url("notices_read", OUT, is_post=True),
    Url("notice_read", GONE, lambda _w: {"pk": 1}, is_post=True, answers=SIGNED_IN),
    Url("theme", OUT, is_post=True),
    Url("elder", OUT, is_post=True),
    Url("set_language", OUT, is_post=True),
    Url("components", GONE, answers=SIGNED_IN),
    Url("components_part", GONE, lambda _w: {"part": "pages"}, answers=SIGNED_IN),
    Url("attachment", GONE, lambda _w: {"pk": 1}),
    Url(
        "imports",
        NO,
        answers={
            **SIGNED_IN,
            "desks": IN,
            "workers": IN,
            "officers": IN,
            "readers": IN,
        },
        is_shown=True,
    ),
    Url("import_run", GONE, lambda _w: {"pk": 1}, answers=SIGNED_IN),
    Url("import_errors", GONE, lambda _w: {"pk": 1}, answers=SIGNED_IN),
    Url(
        "import_step",
        GONE,
        lambda _w: {"pk": 1, "step": "start"},
        is_post=True,
        answers=SIGNED_IN,
    ),
    # --- grids --------------------------------------------------------------------------
    Url("api_grids", IN, answers=TOKEN),
    Url("api_grid_locate", IN, query="?lon=112.005&lat=22.905"),
    Url("api_grid", IN, lambda _w: {"code": "445302001"}, answers=TOKEN),
    Url("api_departments", IN, answers=TOKEN),
    Url(
        "staff_slips",
        NO,
        answers={"anonymous": OUT, "desks": IN, "admin": IN},
        page=True,
    ),
    Url("grids", IN, answers=SIGNED_IN, page=True),
    Url("grid_geometry", IN, lambda _w: {"code": "445302"}),
    Url("grid", IN, lambda _w: {"code": "445302001"}, answers=SIGNED_IN, page=True),
    Url("grid_polygons", NO, answers=DESKS, page=True),
    Url(
        "grid_polygons_preview",
        NO,
        lambda _w: {"pk": 1},
        answers={**DESKS, "desks": GONE},
    ),
    Url(
        "grid_polygon",
        NO,
        lambda _w: {"code": "445302001009"},
        answers={"anonymous": OUT, "town_a": IN, "district": IN},
        page=True,
    ),
    Url(
        "grid_polygon_check",
        NO,
        lambda _w: {"code": "445302001009"},
        is_post=True,
        answers={"anonymous": OUT, "town_a": IN, "district": IN},
    ),
    Url("grid_import", NO, answers=DESKS, page=True),
    Url("grid_import_template", NO, answers=DESKS),
    Url("grid_import_run", NO, lambda _w: {"pk": 1}, answers={**DESKS, "desks": GONE}),
    Url(
        "grid_import_errors", NO, lambda _w: {"pk": 1}, answers={**DESKS, "desks": GONE}
    ),
    Url("grid_export", IN, answers=NOT_STAFF),
    Url("grid_new_town", NO, answers={"anonymous": OUT, "district": IN}, page=True),
    Url(
        "grid_change",
        NO,
        lambda _w: {"code": "445302001009", "act": "split"},
        answers={"anonymous": OUT, "town_a": IN, "district": IN},
        page=True,
    ),
    Url(
        "grid_history",
        IN,
        lambda _w: {"code": "445302001"},
        answers={"anonymous": OUT, "outside": NO},
        page=True,
    ),
    Url(
        "grid_plan_cancel", GONE, lambda _w: {"pk": 1}, is_post=True, answers=SIGNED_IN
    ),
    # --- six data and feeds -------------------------------------------------------------
    *of_feeds(),
    # --- residents ----------------------------------------------------------------------
    Url(
        "home",
        OUT,
        answers={"anonymous": IN, "outside": IN},
        page=True,
    ),
    Url("ask_sent", OUT),
    Url("ask", IN, lambda _w: {"kind": "problem"}, page=True),
    Url("follow", IN, page=True),
    Url("follow_forget", OUT, is_post=True),
    Url("follow_code", IN, _code, page=True),
    Url("follow_open", 422, _code, is_post=True),
    Url("follow_add", IN, _code, page=True),
    Url("follow_rate", IN, _closed, page=True),
    Url("follow_reopen", IN, _closed, page=True),
    Url("follow_withdraw", OUT, _code),
    Url("follow_photo", GONE, lambda w: {**_code(w), "pk": 1}),
    # --- grid workers -------------------------------------------------------------------
    Url("field", NO, answers=FIELD, page=True),
    Url("field_report", NO, answers=FIELD, page=True),
    Url(
        "field_report_photo",
        NO,
        lambda w: {"pk": w.row.pk},
        is_post=True,
        answers={"anonymous": OUT, "workers": 400},
    ),
    Url(
        "field_reported",
        NO,
        lambda w: {"pk": w.row.pk},
        answers={"anonymous": OUT, "workers": GONE},
    ),
    Url("field_drafts", NO, answers=FIELD, page=True),
    Url("service_worker", IN),
    # --- staff --------------------------------------------------------------------------
    Url("workbench", IN, answers=NOT_STAFF, page=True),
    Url("todo", IN, answers={**NOT_STAFF, "good_person": IN}, page=True),
    Url("dispatch", NO, answers=DESKS, page=True),
    Url("dispatch_accept", NO, is_post=True, answers=DESKS),
    Url("categories_take", NO, answers=DESKS, page=True),
    Url("categories_taken", NO, _one, answers={**DESKS, "desks": GONE}),
    Url(
        "categories_take_back", NO, _one, is_post=True, answers={**DESKS, "desks": GONE}
    ),
    Url("desk", NO, answers=OFFICERS, page=True),
    Url("desk_report_in", NO, is_post=True, answers=OFFICERS),
    Url("whistles", IN, answers=NOT_STAFF, page=True),
    Url("assessment", IN, answers={**NOT_STAFF, "workers": NO}, page=True),
    Url("recounts", NO, answers=KEEPING, page=True),
    Url(
        "recount_now",
        NO,
        is_post=True,
        answers={"anonymous": OUT, "district": OUT, "admin": OUT},
    ),
    Url(
        "rebuild_statistics",
        NO,
        is_post=True,
        answers={"anonymous": OUT, "district": OUT, "admin": OUT},
    ),
    Url("bulletins", IN, answers=NOT_STAFF, page=True),
    Url("bulletin_today", OUT, answers=NOT_STAFF),
    Url(
        "bulletin_draft",
        NO,
        query="?kind=day",
        answers={"anonymous": OUT, "district": IN, "readers": IN},
        page=True,
    ),
    Url("bulletin", GONE, _one, answers=NOT_STAFF),
    Url(
        "bulletin_file", GONE, lambda _w: {"pk": 1, "ending": "docx"}, answers=NOT_STAFF
    ),
    Url(
        "whistle",
        IN,
        lambda w: {"pk": w.whistle.pk},
        answers={**NOT_STAFF, **OTHER_TOWN},
        page=True,
    ),
    *ESCALATION_URLS,
    Url(
        "whistle_step",
        NO,
        lambda w: {"pk": w.whistle.pk, "step": "complete"},
        answers={"anonymous": OUT, **OTHER_TOWN, "worker_b": NO},
        page=True,
    ),
    Url("requests", IN, answers=NOT_STAFF, page=True),
    Url("request_new", NO, answers=DESKS, page=True),
    Url("request", IN, _row, answers={**NOT_STAFF, **OTHER_TOWN}, page=True),
    Url("request_unmask", 405, _row, answers=NOT_STAFF),
    Url(
        "request_print",
        IN,
        _row,
        answers={**NOT_STAFF, **OTHER_TOWN},
        page=True,
        is_paper=True,
    ),
    Url("request_verify", NO, _row, answers={**CHECKERS, **OTHER_TOWN}, page=True),
    Url(
        "request_step",
        NO,
        lambda w: {**_row(w), "step": "verify"},
        answers={**CHECKERS, **OTHER_TOWN, "good_person": GONE},
        page=True,
    ),
    Url(
        "task_step",
        NO,
        lambda w: {**_task(w), "step": "rework"},
        answers={
            "anonymous": OUT,
            **OTHER_TOWN,
            "officer_b": GONE,
            "good_person": GONE,
        },
    ),
    # --- sites and the circle -----------------------------------------------------------
    Url("sites", IN, page=True),
    Url("site_points", IN),
    Url("site", GONE, lambda _w: {"pk": 1}),
    *(
        Url(name, GONE, lambda _w: {"pk": 1}, is_post=True, answers=SIGNED_IN)
        for name in ("site_stage", "site_photos")
    ),
    Url(
        "site_photo",
        GONE,
        lambda _w: {"pk": 1, "photo": 1},
        is_post=True,
        answers=SIGNED_IN,
    ),
    Url("circle", NO, answers=CIRCLE, page=True),
    Url("circle_progress", NO, answers=CIRCLE),
    Url("circle_rule", NO, answers=CIRCLE, page=True),
    Url("circle_export", NO, answers=CIRCLE),
    Url("circle_print", NO, answers=CIRCLE, is_paper=True),
    Url(
        "circle_run",
        NO,
        is_post=True,
        answers=dict.fromkeys(("anonymous", "desks"), OUT),
    ),
    Url(
        "circle_network", NO, is_post=True, answers={"anonymous": OUT, "district": 422}
    ),
    Url(
        "circle_plan",
        NO,
        lambda _w: {"rank": 1},
        answers={
            **dict.fromkeys(("desks", "workers", "readers"), GONE),
            "anonymous": OUT,
        },
    ),
    Url(
        "household_takers",
        NO,
        lambda _w: {"pk": 1},
        answers={"anonymous": OUT, "desks": GONE},
    ),
    Url("api_sites", IN),
    Url("api_site", GONE, lambda _w: {"pk": 1}),
    # --- persons and households ---------------------------------------------------------
    Url("people_find", NO, answers=KEEPERS, page=True),
    Url("merge_desk", NO, answers=DESKS, page=True),
    Url(
        "merge_pair",
        NO,
        lambda _w: {"first": 1, "second": 2},
        answers={"anonymous": OUT, "desks": GONE},
    ),
    Url(
        "merge_again", NO, _one, is_post=True, answers={"anonymous": OUT, "desks": GONE}
    ),
    Url(
        "merge_undo", NO, _one, is_post=True, answers={"anonymous": OUT, "desks": GONE}
    ),
    Url(
        "unmask_record",
        GONE,
        lambda _w: {"key": "people", "pk": 1},
        answers={"anonymous": OUT, "outside": NO, "officers": NO},
    ),
    Url("sentiment_pass_on", NO, _one, is_post=True, answers=KEEPERS_GONE),
    *(
        Url(
            name,
            NO,
            _one,
            is_post=True,
            answers={"anonymous": OUT, "desks": GONE, "officers": GONE, "admin": GONE},
        )
        for name in ("resource_take", "resource_back")
    ),
    Url("field_visit", NO, answers=KEEPERS, page=True),
    Url("field_visits", NO, answers=KEEPERS, page=True),
    Url("visit_photo", NO, _one, is_post=True, answers=KEEPERS_GONE),
    Url(
        "household",
        GONE,
        _one,
        answers={"anonymous": OUT, "outside": NO, "officers": NO},
    ),
    *(
        Url(name, NO, _one, is_post=name != "household_visit", answers=KEEPERS_GONE)
        for name in (
            "household_visit",
            "household_need",
            "household_service",
            "household_link",
            "household_request",
            "need_request",
            "meeting_need_request",
        )
    ),
    *(
        Url(
            name,
            NO,
            answers={"anonymous": OUT, "auditor": IN, "admin": IN},
            page=True,
        )
        for name in ("audit_access", "audit_exports")
    ),
    Url("api_registers", IN, answers=TOKEN),
    # --- programs -----------------------------------------------------------------------
    Url("api_requests", IN, answers=TOKEN),
    Url("api_request", IN, _api, answers=API_OUTSIDE),
    Url(
        "api_request_step",
        NO,
        lambda w: {**_api(w), "step": "verify"},
        is_post=True,
        answers={**API_OUTSIDE, "worker_a": 400, "town_a": 400, "district": 400},
    ),
    Url("api_tasks", IN, answers=TOKEN),
    Url("api_task", IN, _task, answers={**API_OUTSIDE, "officer_b": GONE}),
    Url(
        "api_task_step",
        409,
        lambda w: {**_task(w), "step": "reply"},
        is_post=True,
        answers={**API_OUTSIDE, "officer_b": GONE},
    ),
    Url(
        "api_whistle",
        IN,
        lambda w: {"pk": w.whistle.pk},
        answers={**API_OUTSIDE},
    ),
    Url(
        "api_whistle_step",
        NO,
        lambda w: {"pk": w.whistle.pk, "step": "complete"},
        is_post=True,
        answers={**API_OUTSIDE},
    ),
    Url("api_attachments", 400, is_post=True),
)
# Django's own pages and the debug of others; their own tests look inside.
NAMESPACES = {"admin"}
