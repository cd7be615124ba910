"""The review desk and the pages of the work lines."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from governance.core.models import Event
from grids import net_lines
from grids.actions import lines, nets
from grids.models import LineGrid, LineList, LineMapping, MatchRun
from tests.grids.nets_help import ROWS, handed_in, row, run_all, sheet
from tests.statements import TIMED

pytestmark = pytest.mark.django_db
DESK = "/grids/mapping/"


def signed_in(person: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


@pytest.fixture
def desk(forest: SimpleNamespace, cast: SimpleNamespace) -> Client:
    handed_in(forest, cast)
    return signed_in(cast.town_a)


def test_an_empty_desk_says_where_lists_come_in(forest: Any, cast: Any) -> None:
    page = signed_in(cast.town_a).get(DESK).content.decode()
    assert "No line has handed in its grids" in page
    assert "/grids/lines/" in page


def test_tabs_counts_and_filters_are_in_the_address(desk: Client, cast: Any) -> None:
    page = desk.get(DESK)
    shown = page.context["page"]
    assert (shown.tab, shown.counts["clear"], shown.counts["unmatched"]) == (
        "clear",
        3,
        1,
    )
    assert [line.row.code for line in shown.lines] == ["ZZ-1", "ZZ-2", "ZZ-3"]
    assert [c["figure"] for c in page.context["strip"]] == ["4"]
    other = desk.get(f"{DESK}?tab=unmatched&line=security&town=445302001&q=江滨")
    assert [line.row.code for line in other.context["page"].lines] == ["ZZ-4"]
    nothing = desk.get(f"{DESK}?line=party").content.decode()
    assert "No grid of a line fits" in nothing
    assert not signed_in(cast.town_b).get(DESK).context["page"].lines


def test_the_pane_shows_candidates_with_reasons_and_a_map(
    desk: Client, forest: Any
) -> None:
    page = desk.get(f"{DESK}?open={row('ZZ-2').pk}")
    pane = page.context["pane"]
    (best,) = pane.candidates
    assert (best["value"], best["score"], best["is_on"]) == (
        forest.small_a1_2.pk,
        90,
        True,
    )
    words = page.content.decode()
    assert "the same name in 星岩社区" in words
    assert "net-grid-0" in words
    assert (pane.before, pane.after) != ("", "")
    gone = desk.get(f"{DESK}?open=99")
    assert gone.status_code == 404
    part = desk.get(
        f"{DESK}?open={row('ZZ-2').pk}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="pane"
    ).content.decode()
    assert "pane-head" in part
    assert "<html" not in part


def test_confirm_opens_the_next_and_offers_undo(
    desk: Client, forest: Any, cast: Any
) -> None:
    zz1, zz2 = row("ZZ-1"), row("ZZ-2")
    answer = desk.post(
        f"{DESK}{zz1.pk}/confirm/",
        {
            "grid": [forest.small_a1_1.pk],
            "version": zz1.version,
            "next": zz2.pk,
            "back": "?tab=clear&line=security",
        },
        follow=True,
    )
    event = Event.objects.get(name="linegrid.mapped")
    assert answer.redirect_chain[0][0].endswith(f"&undo={event.pk}")
    assert f"open={zz2.pk}" in answer.redirect_chain[0][0]
    assert row("ZZ-1").desk == "confirmed"
    (toast,) = answer.context["toasts"]
    desk.post(toast["undo_url"])
    assert row("ZZ-1").desk == "clear"
    # nobody else's offer
    other = signed_in(cast.district).get(f"{DESK}?undo={event.pk}")
    assert other.context["toasts"] == []


def test_without_a_candidate_there_is_nothing_to_confirm(
    desk: Client, forest: Any
) -> None:
    open_ones = {"A": "ZZ-4", "B": "ZZ-2"}
    words = {
        key: desk.get(f"{DESK}?open={row(code).pk}").content.decode()
        for key, code in open_ones.items()
    }
    assert 'data-key="A" disabled' in words["A"]
    assert 'data-key="R" disabled' in words["A"]
    assert 'data-key="A">' in words["B"]
    by_hand = desk.get(f"{DESK}?open={row('ZZ-4').pk}&find=城北").content.decode()
    assert 'data-key="A">' in by_hand
    assert 'class="score">0' not in by_hand
    url = f"/grids/mapping/{row('ZZ-4').pk}/confirm/"
    page = desk.post(url, {"version": row("ZZ-4").version}, follow=True)
    assert "Choose at least one integrated grid." in page.content.decode()
    assert row("ZZ-4").desk == "unmatched"


def test_an_old_page_is_told_so(desk: Client, forest: Any, cast: Any) -> None:
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.district)
    data = {"grid": [forest.small_a1_2.pk], "version": 1}
    answer = desk.post(f"{DESK}{row('ZZ-1').pk}/confirm/", data)
    assert answer.status_code == 409
    assert row("ZZ-1").small_id == forest.small_a1_1.pk


def test_another_grid_is_found_and_several_share_one(desk: Client, forest: Any) -> None:
    zz4 = row("ZZ-4")
    page = desk.get(f"{DESK}?open={zz4.pk}&find=城北")
    values = {c["value"] for c in page.context["pane"].candidates}
    assert {forest.village_a2.pk, forest.small_a2_1.pk} <= values
    both = [forest.small_a2_1.pk, forest.small_a2_2.pk]
    desk.post(f"{DESK}{zz4.pk}/confirm/", {"grid": both})
    held = LineMapping.objects.confirmed().filter(line_grid=zz4)
    assert {m.grid_id for m in held} == set(both)


def test_reject(desk: Client) -> None:
    desk.post(f"{DESK}{row('ZZ-1').pk}/reject/", {"grid": []})
    assert row("ZZ-1").desk == "unmatched"


def test_together_only_the_clear_ones(desk: Client) -> None:
    picks = "&".join(
        f"pick={pk}" for pk in LineGrid.objects.values_list("pk", flat=True)
    )
    page = desk.get(f"{DESK}bulk/?{picks}")
    assert page.context["n"] == 3
    assert [line.row.code for line in page.context["skipped"]] == ["ZZ-4"]
    assert LineMapping.objects.confirmed().count() == 0
    high = desk.get(f"{DESK}bulk/?above=95")
    assert high.context["n"] == 0
    desk.post(f"{DESK}bulk/", {"above": "90"}, follow=True)
    assert LineMapping.objects.confirmed().count() == 3


def test_readers_see_and_do_not_decide(desk: Client, forest: Any, cast: Any) -> None:
    for person in (cast.leader, cast.auditor, cast.admin):
        page = signed_in(person).get(f"{DESK}?open={row('ZZ-1').pk}")
        assert page.context["page"].counts["clear"] == 3
        assert "mapping_confirm" not in page.content.decode()
        assert 'data-key="A"' not in page.content.decode()
        url = f"{DESK}{row('ZZ-1').pk}/confirm/"
        assert signed_in(person).post(url).status_code == 403
    assert (
        signed_in(cast.town_b).post(f"{DESK}{row('ZZ-1').pk}/reject/").status_code
        == 404
    )


def test_a_lead_department_reads_its_own_line(
    desk: Client, forest: Any, cast: Any, departments: Any
) -> None:
    officer = signed_in(cast.officer_a)
    assert officer.get("/grids/lines/security/").status_code == 404
    assert not officer.get(DESK).context["page"].lines
    lines.set_line(
        forest.district,
        "security",
        {"lead_department": departments["urban_management"]},
        by=cast.district,
    )
    officer = signed_in(cast.officer_a)
    assert len(officer.get(DESK).context["page"].lines) == 3
    assert officer.get("/grids/lines/security/").status_code == 200
    assert [r.code for r in officer.get("/grids/lines/").context["rows"]] == [
        "security"
    ]
    assert officer.get("/grids/lines/party/").status_code == 404


def test_a_list_is_looked_at_before_it_is_taken_over(
    forest: Any, cast: Any, desk: Client
) -> None:
    file = sheet(
        ROWS[0], ROWS[1], ROWS[2], ("ZZ-5", "新网格", "星岩社区", ""), ("", "x")
    )
    file.name = "综治.xlsx"
    answer = desk.post("/grids/lines/security/hand-in/", {"file": file})
    staged = LineList.objects.order_by("-pk")[0]
    assert answer["Location"] == f"/grids/lines/lists/{staged.pk}/"
    page = desk.get(answer["Location"])
    assert [c["figure"] for c in page.context["strip"]] == ["1", "0", "1", "3"]
    assert "ZZ-5" in page.content.decode()
    assert "must not be empty" in page.content.decode()
    assert LineGrid.objects.count() == 4
    assert signed_in(cast.town_b).get(answer["Location"]).status_code == 404
    desk.post(answer["Location"], {"end_gone": "1"})
    assert row("ZZ-4").ended_on is not None
    run_all()
    assert row("ZZ-5").desk == "unmatched"
    assert "dealt with" in desk.get(answer["Location"]).content.decode()


def test_a_file_that_is_no_list_is_told_beside_its_field(desk: Client) -> None:
    file = io.BytesIO(b"PK\x03\x04 broken")
    file.name = "x.xlsx"
    page = desk.post("/grids/lines/security/hand-in/", {"file": file})
    assert page.status_code == 200
    assert "damaged" in page.content.decode()


def test_the_page_of_a_line(desk: Client, forest: Any, cast: Any) -> None:
    for level, rule in (("small", "FREQ=DAILY"), ("micro", "FREQ=WEEKLY")):
        duty = {"line": "security", "level": level, "what": "巡查", "role": "liaison"}
        lines.save_duty(None, {**duty, "rule": rule}, by=cast.district)
    page = desk.get("/grids/lines/security/")
    (duty_row,) = page.context["matrix"]
    assert [len(cell) for cell in duty_row.cells] == [0, 0, 1, 1]
    assert "every day" in page.content.decode()
    assert page.context["summary"].total == 4


def test_coverage_by_hand(desk: Client, forest: Any, cast: Any) -> None:
    def figures(level: str) -> tuple[int, int]:
        found = net_lines.coverage(cast.town_a, forest.district, "security", level)
        return found.covered, found.total

    # town A has four small and eight micro grids
    assert figures("small") == (0, 4)
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    assert figures("small") == (1, 4)
    assert figures("micro") == (2, 8)  # both below it
    assert figures("medium") == (1, 2)  # one of its small grids
    nets.confirm(row("ZZ-3"), [forest.village_a2], by=cast.town_a)
    assert figures("small") == (3, 4)  # the whole village
    whole = net_lines.coverage(cast.district, forest.district, "security", "small")
    assert (whole.covered, whole.total, whole.percent) == (3, 8, 37.5)
    assert whole.by_town == [("云城街道", 3, 4), ("河口街道", 0, 4)]


def test_the_export_keeps_the_own_code(desk: Client, forest: Any, cast: Any) -> None:
    both = [forest.small_a2_1, forest.small_a2_2]
    nets.confirm(row("ZZ-3"), both, by=cast.town_a)
    LineGrid.objects.filter(code="ZZ-4").update(name="=1+1")
    answer = desk.get("/grids/lines/security/export.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    found = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [(r[0], r[4]) for r in found] == [
        ("ZZ-1", None),
        ("ZZ-2", None),
        ("ZZ-3", forest.small_a2_1.code),
        ("ZZ-3", forest.small_a2_2.code),
        ("ZZ-4", None),
    ]
    assert found[2][5] == "云城街道/城北村/第一网格"
    assert book.active.cell(6, 2).data_type == "s"


def test_what_was_exported_can_be_handed_in_again(
    desk: Client, forest: Any, cast: Any
) -> None:
    nets.confirm(row("ZZ-3"), [forest.small_a2_1], by=cast.town_a)
    answer = desk.get("/grids/lines/security/export.xlsx", HTTP_ACCEPT_LANGUAGE="zh")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.active.title == "综治平安"
    file = io.BytesIO(answer.content)
    file.name = "again.xlsx"
    handed = desk.post("/grids/lines/security/hand-in/", {"file": file})
    page = desk.get(handed["Location"])
    assert [c["figure"] for c in page.context["strip"]] == ["0", "0", "0", "4"]


def test_a_faulty_row_is_not_gone(desk: Client) -> None:
    file = sheet(ROWS[0], ROWS[1], ROWS[2], (*ROWS[3][:3], "第九级"))
    file.name = "x.xlsx"
    handed = desk.post("/grids/lines/security/hand-in/", {"file": file})
    page = desk.get(handed["Location"])
    assert [c["figure"] for c in page.context["strip"]] == ["0", "0", "0", "3"]
    desk.post(handed["Location"], {"end_gone": "1"})
    assert row("ZZ-4").ended_on is None


def test_settings_of_a_line(forest: Any, cast: Any, departments: Any) -> None:
    client = signed_in(cast.district)
    data = {
        "level": "micro",
        "sure_from": "85",
        "lead_department": departments["water"].pk,
    }
    answer = client.post("/grids/lines/health/settings/", data)
    assert answer["Location"] == "/grids/lines/health/"
    kept = lines.line_of(forest.district, "health")
    assert (kept.level, kept.sure_from) == ("micro", 0.85)
    wrong = client.post("/grids/lines/health/settings/", {**data, "sure_from": "20"})
    assert wrong.status_code == 200


def test_matching_anew_shows_a_bar(desk: Client, forest: Any) -> None:
    desk.post("/grids/lines/security/match/")
    assert MatchRun.objects.filter(state="waiting").count() == 1
    page = desk.get("/grids/lines/security/").content.decode()
    assert "every 2s" in page
    assert "0 / 4" in page
    run_all()
    part = desk.get("/grids/lines/security/", HTTP_HX_REQUEST="true").content.decode()
    assert "every 2s" not in part
    assert "4 grids of the line were matched" in part


def test_the_grid_page_names_its_line_codes(
    desk: Client, forest: Any, cast: Any
) -> None:
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    page = desk.get(f"/grids/{forest.small_a1_1.code}/?all=1").content.decode()
    assert "ZZ-1" in page
    below = desk.get(f"/grids/{forest.micro_a1_1_1.code}/?all=1").content.decode()
    assert "by the grid above" in below
    doubt = desk.get(f"/grids/{forest.small_a1_2.code}/?all=1").content.decode()
    assert "ZZ-2" in doubt
    assert "to confirm" in doubt
    assert (
        "ZZ-2"
        not in signed_in(cast.resident)
        .get(f"/grids/{forest.small_a1_2.code}/?all=1")
        .content.decode()
    )


def counted(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    about = ('FROM "django_session"', 'FROM "core_user" WHERE', "SAVEPOINT", *TIMED)
    return sum(not any(a in q["sql"] for a in about) for q in caught.captured_queries)


def test_a_full_desk_costs_what_an_empty_one_does(forest: Any, cast: Any) -> None:
    many = [(f"ZZ-{n:03d}", "02网格", "星岩社区", "小") for n in range(55)]
    handed_in(forest, cast, *many)
    client = signed_in(cast.town_a)
    first = LineGrid.objects.order_by("code")[0]
    path = f"{DESK}?tab=doubled&open={first.pk}"
    assert len(client.get(path).context["page"].lines) == 50
    assert counted(client, path) <= 10
    assert client.get(client.get(path).context["page"].next_query, follow=True)
    following = client.get(DESK + client.get(path).context["page"].next_query)
    assert len(following.context["page"].lines) == 5


def test_a_grid_of_the_line_alone_is_settled_counted_and_exported(
    desk: Client, forest: Any, cast: Any
) -> None:
    pk = row("ZZ-4").pk
    asked = desk.get(f"{DESK}?tab=unmatched&open={pk}").content.decode()
    assert f"{DESK}{pk}/own/" in asked
    given = {"version": "1", "back": "?tab=unmatched", "reason": "floating members"}
    empty = desk.post(f"{DESK}{pk}/own/", {**given, "reason": ""})
    assert empty.status_code == 400
    answer = desk.post(f"{DESK}{pk}/own/", given)
    assert answer.status_code == 302
    assert "Kept as only of this line" in desk.get(answer["Location"]).content.decode()
    page = desk.get(f"{DESK}?tab=own&open={pk}")
    assert [line.row.code for line in page.context["page"].lines] == ["ZZ-4"]
    assert [c["figure"] for c in page.context["strip"]] == ["3"]  # not open any more
    assert "floating members" in page.content.decode()
    assert signed_in(cast.leader).get(f"{DESK}?tab=own").status_code == 200
    summary = net_lines.summaries(cast.town_a)
    assert [(s.own, s.waiting) for s in summary if s.code == "security"] == [(1, 3)]
    book = desk.get("/grids/lines/security/export.xlsx")
    rows = list(load_workbook(io.BytesIO(book.content)).active.values)
    (mine,) = [line for line in rows if line[0] == "ZZ-4"]
    assert (mine[3], mine[-1]) == ("only of this line", "floating members")
    back = {"version": str(row("ZZ-4").version), "take_back": "1"}
    assert desk.post(f"{DESK}{pk}/own/", back).status_code == 302
    assert row("ZZ-4").desk == "unmatched"
