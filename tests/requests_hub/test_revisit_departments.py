"""A revisit speaks of each department that handled the request; rates say what they count."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from governance.core.errors import Invalid, NotAllowed
from requests_hub.actions import callups, proposals, revisits, statistics, steps
from requests_hub.actions.actors import Reporter
from requests_hub.actions.feedback import close, rate, verify
from requests_hub.assessment.periods import Period
from requests_hub.history import timeline
from requests_hub.models import DepartmentAnswer, Request, StatFlow
from requests_hub.panels.assessment import COLUMNS, rows
from requests_hub.queries import assessment
from requests_hub.queries.assessment import rule_at
from tests.factories.requests_hub import answered, task_of

YES, NO = (
    revisits.Answers(True, "satisfied"),
    revisits.Answers(False, "dissatisfied"),
)


def fresh(row):
    return Request.objects.get(pk=row.pk)


def said_of(row):
    """{code: (solved, satisfaction, said of it alone)}."""
    found = DepartmentAnswer.objects.filter(revisit__request=row)
    return {
        a.department.code: (a.is_solved, a.satisfaction, a.is_own)
        for a in found.select_related("department")
    }


def today():
    day = timezone.localdate()
    return Period("day", day, day)


def counts(cast, code):
    units = assessment.departments(cast.district, today())
    return next(unit.n for unit in units if unit.code == code)


@pytest.fixture
def closed(make):
    """Handled and closed by urban management, which led, and transport."""
    return make.request("closed")


def test_what_is_said_of_the_whole_stands_for_each_department(closed, cast):
    revisits.revisit(closed, by=cast.town_a, is_solved=True, satisfaction="basically")
    assert said_of(closed) == {
        "urban_management": (True, "basically", False),
        "transport": (True, "basically", False),
    }


def test_one_department_is_answered_for_apart(closed, cast, make):
    transport = make.departments["transport"]
    revisits.revisit(
        closed,
        by=cast.town_a,
        is_solved=True,
        satisfaction="satisfied",
        words="路面未修平",
        of={transport.pk: NO},
    )
    assert said_of(closed) == {
        "urban_management": (True, "satisfied", False),
        "transport": (False, "dissatisfied", True),
    }
    assert fresh(closed).satisfaction == "satisfied"  # the request's own answer
    last = timeline(fresh(closed), cast.town_a)
    note = next(e.note for e in last if e.name == "request.revisited")
    assert "路面未修平" in note
    assert f"{transport.short}：未解决，不满意" in note


def test_the_residents_own_word_counts_for_all(closed):
    rate(closed, by=Reporter(closed.pk), is_solved=False, satisfaction="dissatisfied")
    assert set(said_of(closed).values()) == {(False, "dissatisfied", False)}


def test_who_could_not_be_reached_is_an_answer_of_nobody(closed, cast, settings):
    settings.REVISIT_ATTEMPTS = 2
    revisits.missed(closed, by=cast.town_a)
    assert said_of(closed) == {}
    revisits.missed(fresh(closed), by=cast.town_a)
    assert set(said_of(closed).values()) == {(None, "", False)}
    n = counts(cast, "transport")
    assert (n["valid"], n.get("contacted", 0)) == (1, 0)


def test_only_who_handled_it_to_the_end_is_rated(make, cast):
    row = make.request("whistled")
    lead, transport = (make.departments[n] for n in ("urban_management", "transport"))
    callups.release(task_of(row, transport), by=cast.town_a, reason="不涉及")
    answered(task_of(row, lead), cast.officer_a)
    verify(row, by=cast.worker_a, note="看过")
    close(row, by=cast.town_a, summary="井盖已更换并加固。")
    with pytest.raises(Invalid) as refused:
        revisits.revisit(row, by=cast.town_a, is_solved=True, of={transport.pk: NO})
    assert set(refused.value.fields) == {"of"}
    assert said_of(row) == {}
    revisits.revisit(row, by=cast.town_a, is_solved=True)
    assert set(said_of(row)) == {"urban_management"}


def test_what_the_desk_answered_itself_rates_no_department(make, cast):
    row = make.request("accepted")
    steps.take(row, "reply", by=cast.town_a, data={"reply": "井盖已更换并加固。"})
    verify(fresh(row), by=cast.worker_a, note="看过")
    close(fresh(row), by=cast.town_a)
    revisits.revisit(fresh(row), by=cast.town_a, is_solved=True)
    assert said_of(row) == {}


def test_an_unknown_answer_and_another_town_are_refused(closed, cast, make):
    pk = make.departments["transport"].pk
    odd = revisits.Answers(True, "so so")
    with pytest.raises(Invalid):
        revisits.revisit(closed, by=cast.town_a, is_solved=True, of={pk: odd})
    with pytest.raises(NotAllowed):
        revisits.revisit(closed, by=cast.town_b, is_solved=True, of={pk: YES})
    assert said_of(closed) == {}


def test_the_api_names_departments_by_code(closed, cast):
    said = {"transport": {"is_solved": "no", "satisfaction": "basically"}}
    data = {"is_solved": "yes", "satisfaction": "satisfied", "of": said}
    wrong = {**data, "of": {"transport": {"satisfaction": "satisfied"}}}
    with pytest.raises(Invalid) as refused:
        steps.take(closed, "revisit", by=cast.town_a, data=wrong)
    assert set(refused.value.fields) == {"of"}
    steps.take(closed, "revisit", by=cast.town_a, data=data)
    assert said_of(closed)["transport"] == (False, "basically", True)


def test_the_database_keeps_one_answer_for_each_and_changes_none(closed, cast):
    revisits.revisit(closed, by=cast.town_a, is_solved=True)
    row = DepartmentAnswer.objects.all()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        DepartmentAnswer.objects.filter(pk=row.pk).update(is_solved=False)
    row.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


# --- Rates ------------------------------------------------------------------------------------------


def test_rates_of_departments_count_answers_and_those_of_places_requests(
    make, cast, district
):
    for said in (YES, NO):
        row = make.request("closed")
        pk = make.departments["transport"].pk
        revisits.revisit(
            row, by=cast.town_a, is_solved=True, satisfaction="satisfied", of={pk: said}
        )
    board = assessment.places(cast.district, today(), (today(), today()))
    assert (board.whole["valid"], board.whole["solved"]) == (2, 2)
    lead, other = counts(cast, "urban_management"), counts(cast, "transport")
    assert (lead["valid"], lead["solved"], lead["satisfied"]) == (2, 2, 2)
    assert (other["valid"], other["solved"], other["dissatisfied"]) == (2, 1, 1)
    units = assessment.departments(cast.district, today())
    weights = rule_at(district.pk, date.today()).weights  # noqa: DTZ011
    at = COLUMNS["department"].index("solved_rate")
    table = rows(units, "department", weights, [], today())
    cells = {unit.code: figures[at][1] for unit, figures in table}
    assert (cells["transport"].text, cells["transport"].base) == ("50.0%", "1 / 2")
    before = statistics.recount()
    assert before.wrong == 0, before.differences
    statistics.fold()
    assert counts(cast, "transport") == other
    assert statistics.recount().wrong == 0


def test_the_list_behind_a_departments_rate_has_its_requests(make, cast, client):
    good, bad = make.request("closed"), make.request("closed")
    pk = make.departments["transport"].pk
    for row, said in ((good, YES), (bad, NO)):
        revisits.revisit(
            row, by=cast.town_a, is_solved=True, satisfaction="satisfied", of={pk: said}
        )
    client.force_login(cast.district)
    day = timezone.localdate().isoformat()
    query = {"figure": "solved", "first": day, "last": day, "department": "transport"}
    page = client.get(reverse("requests"), query).content.decode()
    assert good.no in page
    assert bad.no not in page
    whole = {**query, "department": ""}
    page = client.get(reverse("requests"), whole).content.decode()
    assert bad.no in page


def test_an_exclusion_takes_the_answers_out_and_back(closed, cast):
    revisits.revisit(closed, by=cast.town_a, is_solved=True, satisfaction="satisfied")
    assert counts(cast, "transport")["valid"] == 1
    words = "属于恶意重复投诉，经核实不计入。"
    why = next(iter(_reasons()))
    proposals.exclude_ask(closed, by=cast.town_a, why=why, statement=words)
    proposals.exclude(fresh(closed), by=cast.district)
    assert counts(cast, "transport").get("valid", 0) == 0
    assert statistics.recount().wrong == 0
    statistics.fold()
    assert StatFlow.objects.filter(axis="d", measure="x.d.valid").count() == 4
    proposals.include(fresh(closed), by=cast.district, reason="复核后计入")
    assert counts(cast, "transport")["valid"] == 1
    assert statistics.recount().wrong == 0


def _reasons():
    from governance.core import dictionaries

    return [e.code for e in dictionaries.items("exclude_reason") if e.is_active]


def test_the_answers_move_with_their_place(closed, cast, forest):
    revisits.revisit(closed, by=cast.town_a, is_solved=True)
    row = DepartmentAnswer.objects.all()[0].revisit
    type(row).objects.filter(pk=row.pk).update(large=forest.town_b, medium=None)
    assert statistics.recount().wrong == 0


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_asks_of_each_department_only_where_there_are_several(
    closed, cast, client, make
):
    client.force_login(cast.town_a)
    url = reverse("request_revisit", args=[closed.no])
    pk = make.departments["transport"].pk
    page = client.get(url).content.decode()
    assert f'name="solved_of_{pk}"' in page
    sent = {
        "way": "phone",
        "contacted": "1",
        "is_solved": "1",
        "satisfaction": "satisfied",
        f"satisfied_of_{pk}": "dissatisfied",
    }
    assert client.post(url, sent).status_code == 302
    assert said_of(closed) == {
        "urban_management": (True, "satisfied", False),
        "transport": (True, "dissatisfied", True),
    }
