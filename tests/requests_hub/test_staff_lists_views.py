"""Lists of the staff pages: who sees what, filters in the address, paging, statement counts."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grids import locate
from requests_hub.models import Request, Whistle
from requests_hub.queries import choices, todo
from tests.cast import As
from tests.factories.requests_hub import Makers, task_of
from tests.statements import own

MOST_OF_A_LIST, MOST_OF_A_DETAIL = 8, 10


@pytest.fixture(autouse=True)
def _fresh_choices() -> None:
    choices.forget()


def statements(client: Client, url: str) -> int:
    """Statements of a page whose reference data is already in memory."""
    client.get(url)
    locate.version()
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(own(found))


PAGES = {
    "/workbench/": {"district", "leader", "town_a", "worker_a", "officer_a", "auditor"},
    "/todo/": {"district", "leader", "town_a", "worker_a", "officer_a", "auditor"},
    "/dispatch/": {"district", "town_a"},
    "/requests/": {"district", "leader", "town_a", "worker_a", "officer_a", "auditor"},
    "/requests/new/": {"district", "town_a"},
    "/desk/": {"officer_a"},
    "/whistles/": {"district", "leader", "town_a", "worker_a", "officer_a", "auditor"},
}


@pytest.mark.parametrize("url", PAGES)
def test_each_page_is_for_its_posts(url: str, sign_in: As) -> None:
    everybody = {"district", "leader", "town_a", "worker_a", "officer_a", "auditor"}
    for name in sorted(everybody | {"resident", "outsider"}):
        expected = 200 if name in PAGES[url] else 403
        assert sign_in(name).get(url).status_code == expected, name
    assert Client().get(url).status_code == 302


def test_todo_holds_my_turns_nearest_deadline_first(make: Makers, sign_in: As) -> None:
    later, sooner = make.request("accepted"), make.request("submitted")
    Request.objects.filter(pk=later.pk).update(due_at="2030-01-02T00:00Z")
    Request.objects.filter(pk=sooner.pk).update(due_at="2030-01-01T00:00Z")
    make.request("whistled")
    make.request("closed")
    page = sign_in("town_a").get("/todo/").context["page"]
    assert [turn.request.pk for turn in page.rows] == [sooner.pk, later.pk]
    assert page.total == 2


def test_todo_of_an_officer_is_the_departments_calls(make: Makers, sign_in: As) -> None:
    row = make.request("whistled")
    page = sign_in("officer_b").get("/todo/").context["page"]
    assert [turn.subject.department.code for turn in page.rows] == ["transport"]
    assert page.rows[0].request == row
    assert sign_in("town_b").get("/todo/").context["page"].rows == []


def test_todo_counts_are_those_of_its_lists(
    make: Makers, cast: Any, sign_in: As
) -> None:
    make.request("whistled")
    late = make.request("accepted")
    Request.objects.filter(pk=late.pk).update(due_at="2020-01-01T00:00Z")
    make.request("submitted")
    counts = todo.counts_of(cast.town_a)
    client = sign_in("town_a")
    for due, name in (("", "mine"), ("late", "late"), ("today", "today")):
        rows = client.get(f"/todo/?due={due}").context["page"].rows
        assert len(rows) == counts[name], name
    called = sign_in("officer_a").get("/todo/?due=call").context["page"]
    assert len(called.rows) == called.total == 1


def test_done_and_started_boxes(make: Makers, cast: Any, sign_in: As) -> None:
    own = make.request("accepted")
    mine = make.request("submitted", by=cast.town_a, channel="staff")
    client = sign_in("town_a")
    done = client.get("/todo/?box=done").context["page"].rows
    assert [turn.request.pk for turn in done] == [own.pk]
    started = client.get("/todo/?box=started").context["page"].rows
    assert [turn.request.pk for turn in started] == [mine.pk]


def test_dispatch_tabs_count_what_they_list(make: Makers, sign_in: As) -> None:
    for state in (
        "submitted",
        "submitted",
        "accepted",
        "whistled",
        "replied",
        "closed",
    ):
        make.request(state)
    client = sign_in("town_a")
    for view, n in (
        ("accept", 2),
        ("dispatch", 1),
        ("away", 1),
        ("check", 1),
        ("all", 5),
    ):
        answer = client.get(f"/dispatch/?view={view}")
        assert len(answer.context["page"].rows) == n, view
        counted = {tab["code"]: tab["count"] for tab in answer.context["tabs"]}
        assert counted[view] == n


def test_dispatch_keeps_the_filter_in_the_address(make: Makers, sign_in: As) -> None:
    urgent = make.request("submitted", urgency="urgent")
    make.request("submitted")
    answer = sign_in("town_a").get("/dispatch/?view=accept&urgency=urgent")
    assert [row.pk for row in answer.context["page"].rows] == [urgent.pk]
    html = answer.content.decode()
    assert "chip is-set" in html
    assert "urgency=urgent" in html  # the tabs keep it


def test_open_row_is_shown_in_the_pane(make: Makers, sign_in: As) -> None:
    first, second = make.request("submitted"), make.request("submitted")
    client = sign_in("town_a")
    pane = client.get(f"/dispatch/?open={first.no}").context["pane"]
    assert (pane["before"], pane["after"]) == ("", second.no)
    assert [act.name for act in pane["steps"]][:2] == ["accept", "reject"]
    part = client.get(
        f"/dispatch/?open={first.no}",
        headers={"HX-Request": "true", "HX-Target": "pane"},
    ).content.decode()
    assert "<html" not in part
    assert first.no in part
    outside = sign_in("town_b").get(f"/dispatch/?open={first.no}")
    assert outside.status_code == 404


def test_list_pages_by_key(make: Makers, sign_in: As, monkeypatch: Any) -> None:
    rows = [make.request() for _n in range(3)]
    monkeypatch.setattr(
        "requests_hub.paging.newest_first.__kwdefaults__", {"size": 2, "total": -2}
    )
    client = sign_in("town_a")
    first = client.get("/requests/").context["page"]
    assert [row.pk for row in first.rows] == [rows[2].pk, rows[1].pk]
    last = client.get(f"/requests/{first.next_query}").context["page"]
    assert [row.pk for row in last.rows] == [rows[0].pk]
    assert last.next_query == ""
    assert client.get("/requests/?before=nonsense").status_code == 200


def test_desk_tabs_and_bulk_report_in(make: Makers, cast: Any, sign_in: As) -> None:
    tasks = [
        task_of(make.request("whistled"), make.departments["transport"])
        for _n in range(2)
    ]
    client = sign_in("officer_b")
    assert len(client.get("/desk/?tab=report-in").context["page"].rows) == 2
    picks = {"pick": [str(task.pk) for task in tasks]}
    plan = client.get("/desk/report-in/", picks).context["plan"]
    assert len(plan.ready) == 2
    assert (
        client.post("/desk/report-in/", {**picks, "confirmed": "1"}).status_code == 302
    )
    assert len(client.get("/desk/?tab=claim").context["page"].rows) == 2
    again = client.get("/desk/report-in/", picks).context["plan"]
    assert len(again.skipped) == 2


def test_bulk_accept_says_what_it_leaves_out(make: Makers, sign_in: As) -> None:
    ready, taken = make.request("submitted"), make.request("accepted")
    client = sign_in("town_a")
    picks = {"pick": [ready.no, taken.no]}
    plan = client.get("/dispatch/accept/", picks).context["plan"]
    assert [row.pk for row in plan.ready] == [ready.pk]
    assert plan.skipped[0][1]
    client.post("/dispatch/accept/", {**picks, "confirmed": "1"})
    ready.refresh_from_db()
    assert ready.state == "accepted"
    outside = sign_in("town_b").get("/dispatch/accept/", picks).context["plan"]
    assert outside.ready == []


def test_board_puts_late_report_ins_first(make: Makers, sign_in: As) -> None:
    row = make.request("whistled")
    task = task_of(row, make.departments["transport"])
    type(task).objects.filter(pk=task.pk).update(
        report_in_due_at=timezone.now() - timezone.timedelta(hours=1)
    )
    answer = sign_in("town_a").get("/whistles/")
    assert answer.context["board"][0]["department"].code == "transport"
    assert [late.task.pk for late in answer.context["late"]] == [task.pk]
    whistle = Whistle.objects.get(request=row)
    assert sign_in("town_a").get(f"/whistles/{whistle.pk}/").status_code == 200
    assert sign_in("town_b").get(f"/whistles/{whistle.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("url", "who"),
    [
        ("/requests/", "district"),
        ("/requests/", "worker_a"),
        ("/requests/", "officer_a"),
        ("/dispatch/?view=all", "town_a"),
        ("/todo/", "town_a"),
        ("/todo/", "officer_a"),
        ("/desk/?tab=report-in", "officer_a"),
    ],
)
def test_lists_cost_the_same_for_one_row_and_many(
    url: str, who: str, make: Makers, sign_in: As
) -> None:
    for state in ("submitted", "dispatched", "whistled"):
        make.request(state)
    few = statements(sign_in(who), url)
    for state in ("submitted", "dispatched", "whistled") * 3:
        make.request(state)
    many = statements(sign_in(who), url)
    assert many == few <= MOST_OF_A_LIST


@pytest.mark.parametrize("channel", Request.Channel.values)
def test_a_request_of_every_channel_opens(
    channel: str, make: Makers, sign_in: As
) -> None:
    row, town = make.request("submitted", channel=channel), sign_in("town_a")
    assert town.get(f"/requests/{row.no}/").status_code == 200
    assert town.get(f"/dispatch/?open={row.no}").status_code == 200


def test_a_detail_costs_little(make: Makers, sign_in: As) -> None:
    for state in ("submitted", "whistled", "closed"):
        row = make.request(state)
        assert statements(sign_in("town_a"), f"/requests/{row.no}/") <= MOST_OF_A_DETAIL
