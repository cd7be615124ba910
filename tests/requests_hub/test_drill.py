"""Each figure leads to the list behind it, and the list holds as many."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.utils import timezone

from requests_hub.actions import bulletins, feedback, likeness_many, statistics
from requests_hub.actions.actors import Reporter
from requests_hub.actions.base import at
from requests_hub.assessment.indicators import MEASURES
from requests_hub.assessment.periods import Period
from requests_hub.models import Request
from requests_hub.panels import assessment as panels
from requests_hub.panels import bulletins as papers
from requests_hub.panels import figure
from requests_hub.queries import assessment, lists
from requests_hub.queries.drill import FIGURES
from tests.factories.requests_hub import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(make, forest):
    """Requests of every kind, some begun four weeks ago and late meanwhile; two of one matter."""
    with at(timezone.now() - timedelta(days=28)):
        old = [make.request(s) for s in ("accepted", "whistled", "replied", "closed")]
        old.append(make.request("reworked"))
    rows = [make.request(s) for s in ("submitted", "whistled", "reworked", "closed")]
    feedback.rate(
        old[3], by=Reporter(old[3].pk), is_solved=True, satisfaction="satisfied"
    )
    feedback.rate(
        rows[3], by=Reporter(rows[3].pk), is_solved=False, satisfaction="dissatisfied"
    )
    make.request("withdrawn")
    for n in (1, 2):
        submit(
            forest.district,
            body="清河路桥头两盏路灯坏了，晚上看不见路，请尽快修理。",
            reporter_phone=f"1380000000{n}",
        )
    Request.objects.filter(pk=rows[2].pk).update(is_excluded=True)
    likeness_many.catch_up(forest.district)
    return rows


def days():
    today = timezone.localdate()
    return Period("month", today - timedelta(days=30), today)


def counted(user, url):
    """(what the line over the list says, requests the list holds)."""
    query = QueryDict(urlsplit(url).query)
    narrowed = lists.filtered(user, query)
    shown = figure.shown(narrowed)
    assert shown is not None, url
    return shown.count, narrowed.qs.count()


@pytest.mark.parametrize("who", ["district", "town_a"])
def test_every_measure_of_an_area_leads_to_as_many(cast, life, who):
    user = getattr(cast, who)
    board = assessment.places(user, days(), (days(), days()))
    seen = 0
    for code, n in [(board.grid, board.whole), *((u.code, u.n) for u in board.units)]:
        where = {"grid": code} if code else {}
        for measure in MEASURES:
            found, _rows = counted(user, panels.behind(measure, days(), where))
            assert found == n.get(measure, 0), (measure, code)
            seen += bool(found)
    assert seen > 30


def test_every_measure_of_a_department_leads_to_its_own_calls(cast, life):
    units = assessment.departments(cast.district, days())
    assert len(units) > 1
    for unit in units:
        for measure in ("called", "returned", "report_due", "report_met", "handle_due",
                        "handle_done", "handle_met", "handle_again", "plan_due"):  # fmt: skip
            where = {"department": unit.code}
            found, _rows = counted(cast.district, panels.behind(measure, days(), where))
            assert found == unit.n.get(measure, 0), (measure, unit.code)


def test_every_figure_of_a_draft_bulletin_leads_to_as_many(cast, life, forest):
    made = bulletins.draft(forest.district.pk, days())
    found = papers.behind(made["figures"], cast.district)
    assert {"received", "close_due", "valid", "whistles", "report_due", "reworks"} <= {
        dict(parse_qsl(urlsplit(url).query))["figure"] for _what, _n, url in found
    }
    for what, n, url in found:
        assert counted(cast.district, url)[0] == n, what
    content = papers.linked(made["content"], made["figures"], cast.district)
    linked = 0
    for section in content["sections"]:
        for cells in section.get("rows", []):
            for text, url in cells:
                if text.isdigit() and "figure=" in url:
                    assert counted(cast.district, url)[0] == int(text), url
                    linked += 1
    assert linked > 5


def test_who_sees_a_part_gets_no_links_to_the_whole(cast, life, forest):
    made = bulletins.draft(forest.district.pk, days())
    assert papers.behind(made["figures"], cast.town_a) == []
    content = papers.linked(made["content"], made["figures"], cast.town_a)
    assert not any("rows" in section for section in content["sections"])


def test_the_list_says_what_it_counts(client, cast, life):
    statistics.fold()
    client.force_login(cast.district)
    page = client.get(panels.behind("report_due", days(), {})).content.decode()
    assert "个部门次，涉及" in page
    page = client.get(panels.behind("received", days(), {})).content.decode()
    assert f"{Request.objects.count()} 件诉求" in page


@pytest.mark.parametrize("name", [*FIGURES, "nonsense"])
def test_no_days_or_no_figure_is_an_empty_list(client, cast, life, name):
    client.force_login(cast.district)
    for query in (f"figure={name}", f"figure={name}&first=2020-01-01&last=x"):
        assert client.get(f"/requests/?{query}").status_code == 200
        found = lists.filtered(cast.district, QueryDict(query))
        assert not found.qs.exists()
    for issue in ("x", "1.5", "99999999999999999999999"):
        assert client.get(f"/requests/?issue={issue}").status_code == 200
