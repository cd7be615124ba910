"""What both sides gave each other is named in scorecards, which can be seen before they are saved."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from requests_hub.actions import scores
from requests_hub.actions.assessment import save_scorecard
from requests_hub.assessment import formulas, indicators
from requests_hub.assessment.indicators import LABELS
from requests_hub.assessment.periods import Period
from requests_hub.assessment.shares import Weights
from requests_hub.models import AssessmentRule, Request, Score, Scorecard
from requests_hub.panels import assessment as panels
from requests_hub.queries import assessment
from tests.factories.requests_hub import task_of

pytestmark = pytest.mark.django_db
BY_DESK = {"promptness": 5, "result": 4, "cooperation": 3}
BY_DEPARTMENT = {"accuracy": 5, "clarity": 4, "support": 1}
NAMES = ("department_score", "department_scores", "call_score", "call_scores")


def days():
    today = timezone.localdate()
    return Period("month", today - timedelta(days=27), today)


@pytest.fixture
def scored(make):
    """A closed call that both sides scored."""
    task = task_of(make.request("closed"), make.departments["transport"])
    scores.score(task, by=make.cast.town_a, marks=BY_DESK)
    scores.score_call(task, by=make.cast.officer_b, marks=BY_DEPARTMENT)
    return task


def known(units):
    """(four figures) by code of the unit."""
    found = {u.code: indicators.values(u.n, Weights()) for u in units}
    return {code: tuple(values[n] for n in NAMES) for code, values in found.items()}


def test_scores_are_means_with_how_many_by_department_and_by_town(cast, scored):
    by_department = known(assessment.departments(cast.district, days()))
    assert by_department.pop(scored.department.code) == (4, 1, pytest.approx(10 / 3), 1)
    assert set(by_department.values()) <= {(None, 0, None, 0)}
    board = assessment.places(cast.district, days(), (days(), days()))
    by_town = known(board.units)
    assert by_town.pop(scored.large.code) == (4, 1, pytest.approx(10 / 3), 1)
    assert set(by_town.values()) == {(None, 0, None, 0)}


def test_scores_of_other_days_and_of_excluded_requests_do_not_count(cast, scored):
    Score.objects.filter(side="desk").update(
        given_at=timezone.now() - timedelta(days=40)
    )
    code = scored.department.code
    found = known(assessment.departments(cast.district, days()))
    assert found[code][:2] == (None, 0)
    assert found[code][3] == 1
    Request.objects.filter(pk=scored.request_id).update(is_excluded=True)
    found = known(assessment.departments(cast.district, days()))
    assert found[code] == (None, 0, None, 0)


def test_an_officer_reads_the_scores_of_the_own_department(cast, scored):
    assert set(known(assessment.departments(cast.officer_b, days()))) == {
        scored.department.code
    }
    other = known(assessment.departments(cast.officer_a, days()))
    assert scored.department.code not in other


def test_the_number_of_scores_leads_to_their_requests(client, cast, scored):
    client.force_login(cast.district)
    for name in ("department_scores", "call_scores"):
        where = {"department": scored.department.code}
        page = client.get(panels.behind(name, days(), where))
        assert scored.request.no in page.content.decode()


def test_a_formula_may_name_scores_and_says_what_it_lacks(cast, scored):
    formulas.check("20 * department_score + 0 * call_scores", LABELS)
    card = Scorecard(name="双评", formula="20 * department_score", green_from=70)
    full = {**indicators.values({}, Weights()), "department_score": 4.0}
    assert panels.card_figure(card, full).tone == "green"
    empty = panels.card_figure(card, indicators.values({}, Weights()))
    assert (empty.text, empty.tone) == ("—", "")
    assert str(LABELS["department_score"]) in empty.base


def test_the_page_shows_scores_and_words_where_there_are_none(client, cast, scored):
    client.force_login(cast.district)
    page = client.get(reverse("assessment"), {"by": "place"}).content.decode()
    assert "1 次评价" in page
    assert "还没有评价" in page


# --- Seen before it is saved ----------------------------------------------------------------


def written(**changes):
    return {
        "name": "双评",
        "of": "department",
        "formula": "20 * department_score",
        "green_from": "75",
        "amber_from": "60",
        **changes,
    }


def test_a_scorecard_is_seen_with_real_figures_before_it_is_saved(client, cast, scored):
    client.force_login(cast.district)
    url = reverse("registry_new", args=["scorecards"])
    page = client.post(url, {**written(), "preview": "1"})
    assert page.status_code == 200
    lines = {unit.code: figure for unit, figure in page.context["previewed"]["lines"]}
    assert lines[scored.department.code].text == "80.0"
    assert lines[scored.department.code].tone == "green"
    assert not Scorecard.objects.exists()
    assert client.post(url, written()).status_code == 302
    assert Scorecard.objects.get().name == "双评"


def test_a_change_is_seen_before_it_is_saved(client, cast, scored):
    card = save_scorecard(None, {**written(), "green_from": 75, "amber_from": 60}, by=cast.district)  # fmt: skip
    client.force_login(cast.district)
    url = reverse("registry_edit", args=["scorecards", card.pk])
    first = {f"initial-{name}": value for name, value in written().items()}
    page = client.post(
        url, {**first, **written(formula="10 * department_score"), "preview": "1"}
    )
    lines = {u.code: figure for u, figure in page.context["previewed"]["lines"]}
    assert (lines[scored.department.code].text, lines[scored.department.code].tone) == ("40.0", "red")  # fmt: skip
    card.refresh_from_db()
    assert card.formula == "20 * department_score"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"formula": "2 *"}, "formula"), ({"amber_from": "90"}, "amber_from")],
)
def test_what_could_not_be_saved_is_not_shown_either(client, cast, changes, field):
    client.force_login(cast.district)
    url = reverse("registry_new", args=["scorecards"])
    page = client.post(url, {**written(**changes), "preview": "1"})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not page.context["previewed"]


def test_new_rules_begin_with_the_usual_values(client, cast):
    client.force_login(cast.district)
    page = client.get(reverse("registry_new", args=["assessment-rules"]))
    form = page.context["form"]
    usual = {n: form[n].value() for n in ("contacted", "solved", "satisfied", "basically_percent", "first_day")}  # fmt: skip
    rule = AssessmentRule()
    assert usual == {name: str(getattr(rule, name)) for name in usual}
