"""Every address of the product: how to open it, and what each of the cast gets.

`tests/test_urls.py` opens them all and fails when an address has no entry here. A row is the
answer of everybody, with the exceptions by name; the names in `GROUPS` stand for several. A person's own answer goes before
that of a group.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from governance.core import registers
from governance.core.registers import imports
from tests.factories import party

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


def _body(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).body.pk}


def _member(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).member.pk}


def _agreement(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).agreement.pk}


def _item(world: Any) -> dict[str, Any]:
    return {"pk": party.of_world(world).item.pk}


def _one(_world: Any) -> dict[str, Any]:
    return {"pk": 1}


def _village(_world: Any) -> dict[str, Any]:
    return {"code": "445302001009"}


def _nothing(_world: Any) -> dict[str, Any]:
    """The id of nothing: what lies behind it has tests of its own."""
    return {"pk": 1}


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

POSTS = {
    "worker_a": "grid_worker",
    "worker_b": "grid_worker",
    "officer_a": "officer",
    "officer_b": "officer",
    "town_a": "township",
    "town_b": "township",
    "district": "district",
    "leader": "leader",
    "admin": "admin",
    "auditor": "auditor",
    "resident": "resident",
    "good_person": "good_person",
}


def _of_register(register: Any) -> list[Url]:
    """The pages of one register: readers read, writers write, others are refused."""
    readers = {p for p, r in POSTS.items() if r in register.readers | register.writers}
    writers = {p for p, r in POSTS.items() if r in register.writers}

    def url(name: str, people: set[str], status: int = IN, **more: Any) -> Url:
        stranger = more.pop("stranger", OUT)
        answers = {"anonymous": stranger, **dict.fromkeys(people, status)}
        given = {"key": register.key, **more.pop("args", {})}
        return Url(name, NO, lambda _w: dict(given), answers=answers, **more)

    gone = {"args": {"pk": 1}}
    program = {"stranger": 401}
    is_first = {"is_shown": register.key in ("places", "probe")}
    return [
        url("registry", readers, **is_first),
        url("registry_print", readers, is_paper=True, **is_first),
        url("registry_record", readers, GONE, **gone),
        url("registry_new", writers, **is_first),
        url("registry_edit", writers, GONE, **gone),
        url("registry_template", writers),
        url("registry_export", readers, **is_first),
        url("registry_export_run", readers, GONE, **gone),
        url("registry_export_file", readers, GONE, **gone),
        url("import_new", writers, **is_first),
        url("api_records", readers, **program),
        url("api_record", readers, GONE, **gone, **program),
    ]


def _registers() -> list[Url]:
    """Every register that the apps declare; a new one needs no entry here."""
    return [url for register in registers.every() for url in _of_register(register)]


def _six() -> list[Url]:
    """The overview, feeds and their deliveries, the queue of what differs."""
    reading = {"towns": IN, "district": IN, "readers": IN}
    staff = {"anonymous": OUT, "officers": IN, **reading}
    nothing = {**dict.fromkeys(staff, GONE), "anonymous": OUT}
    setting = {"anonymous": OUT, "district": IN, "admin": IN}
    no_feed = {"anonymous": OUT, "district": GONE, "admin": GONE}
    first = {"args": lambda _w: {"pk": 1}}
    return [
        Url(
            "six_data",
            NO,
            answers={"anonymous": OUT, "workers": IN, **reading},
            page=True,
        ),
        Url("feeds", NO, answers=staff, page=True),
        Url("feed_new", NO, answers=setting, page=True),
        Url("feed", NO, answers=nothing, **first),
        *(
            Url(f"feed_{name}", NO, answers=no_feed, **first)
            for name in ("columns", "rules", "schedule")
        ),
        Url("feed_upload", NO, answers=nothing, is_post=True, **first),
        Url("feed_fetch", NO, answers=nothing, is_post=True, **first),
        Url("feed_run", NO, answers=nothing, **first),
        Url("feed_go_on", NO, answers=nothing, is_post=True, **first),
        Url("feed_errors", NO, answers=nothing, **first),
        Url("conflicts", NO, answers=staff, page=True),
        Url(
            "conflicts_decide",
            NO,
            answers={"anonymous": OUT, "desks": OUT},
            is_post=True,
        ),
        Url(
            "conflicts_undo",
            NO,
            answers={"anonymous": OUT, "desks": GONE},
            is_post=True,
        ),
    ]


def _importers() -> set[str]:
    """Who writes some register, and who sees the imports of the whole district."""
    roles = {role for register in registers.every() for role in register.writers}
    return {p for p, r in POSTS.items() if r in roles | imports.SEE_ALL}


URLS = (
    *_registers(),
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
        for verb in ("confirm", "reject", "undo")
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
    # --- six data and feeds -------------------------------------------------------------
    *_six(),
    # --- teams and joint committees -----------------------------------------------------
    Url("teams", IN, answers=NOT_STAFF, page=True),
    Url("teams_export", IN, answers=NOT_STAFF),
    Url("teams_print", IN, answers=NOT_STAFF, page=True, is_paper=True),
    Url("grid_team", IN, _village, answers={**NOT_STAFF, **OTHER_TOWN}, page=True),
    Url("team_candidates", GONE, _village, query="?slot=1", answers=NOT_STAFF),
    Url("team_assign", NO, lambda _w: {**_village(_w), "pk": 1}, answers=NO_SUCH),
    Url("assignment_end", NO, _nothing, answers=NO_SUCH),
    Url("assignment_hand_over", NO, _nothing, answers=NO_SUCH),
    Url("assignment_undo", NO, _nothing, is_post=True, answers=NO_SUCH),
    Url("team_templates", IN, answers=NOT_STAFF, page=True),
    Url("team_template", GONE, _nothing, answers=NOT_STAFF),
    Url("team_template_new", NO, answers=TEMPLATES, page=True),
    Url("team_proposals", NO, is_post=True, answers={**TEMPLATES, **MADE}),
    *(
        Url(name, NO, _nothing, answers={**TEMPLATES, "district": GONE, "admin": GONE})
        for name in ("team_template_edit", "team_slot_new", "team_slot_edit")
    ),
    Url(
        "team_slot_remove",
        NO,
        _nothing,
        is_post=True,
        answers={**TEMPLATES, "district": GONE, "admin": GONE},
    ),
    Url("committees", IN, answers=NOT_STAFF, page=True),
    *(
        Url(name, GONE, _nothing, answers=NOT_STAFF)
        for name in ("committee", "meeting", "meeting_print")
    ),
    *(
        Url(name, NO, _nothing, answers=NO_SUCH)
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
        Url(name, NO, _nothing, is_post=True, answers=NO_SUCH)
        for name in ("meeting_match", "meeting_unmatch")
    ),
    Url(
        "meeting_withdraw",
        NO,
        lambda _w: {"kind": "need", "pk": 1},
        is_post=True,
        answers=NO_SUCH,
    ),
    Url("decision_undo", GONE, _nothing, is_post=True, answers=NOT_STAFF),
    Url(
        "decision_step",
        GONE,
        lambda _w: {"pk": 1, "name": "begin"},
        answers=NOT_STAFF,
    ),
    # --- residents ----------------------------------------------------------------------
    Url(
        "home",
        OUT,
        answers={"anonymous": IN, "outside": IN, "admin": IN},
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
    Url("desk", NO, answers=OFFICERS, page=True),
    Url("desk_report_in", NO, is_post=True, answers=OFFICERS),
    Url("whistles", IN, answers=NOT_STAFF, page=True),
    Url(
        "whistle",
        IN,
        lambda w: {"pk": w.whistle.pk},
        answers={**NOT_STAFF, **OTHER_TOWN},
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
        "merge_undo", NO, _one, is_post=True, answers={"anonymous": OUT, "desks": GONE}
    ),
    Url(
        "unmask_record",
        GONE,
        lambda _w: {"key": "people", "pk": 1},
        answers={"anonymous": OUT, "outside": NO, "officers": NO},
    ),
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
    Url("api_attachments", 400, is_post=True),
)
# Django's own pages and the debug of others; their own tests look inside.
NAMESPACES = {"admin"}
