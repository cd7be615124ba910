"""The desk takes a category with one key; rules are ordered, tried and put in force on pages."""

import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from governance.core import dictionaries
from governance.core.models import DictionaryItem
from grids.models import Department
from requests_hub.actions import desk, routing, suggestions, trials
from requests_hub.models import (
    Request,
    RoutingDecision,
    RoutingRule,
    RoutingTrial,
)
from requests_hub.panels.proposal import with_said
from requests_hub.queries import choices
from requests_hub.routing import departments as guess
from tests.factories import requests_hub as make


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Any:
    dictionaries.forget()
    choices.forget()
    yield
    dictionaries.forget()
    choices.forget()


def _as(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def _rule(cast: Any, departments: Any, **values: Any) -> RoutingRule:
    given = {"name": "路灯归城管", "lead": departments["urban_management"], **values}
    return routing.save_rule(None, given, by=cast.district)


def _open(client: Client, row: Request, view: str = "accept") -> str:
    page = client.get(f"/dispatch/?view={view}&open={row.no}")
    assert page.status_code == 200
    return page.content.decode()


def test_the_pane_shows_three_categories_with_keys_and_marks_the_words(
    client: Client, cast: Any, forest: Any
) -> None:
    row = make.submit(forest.district, title="路灯不亮", body="巷口的路灯坏了<b>。")
    html = _open(_as(client, cast.town_a), row)
    for key in "123":
        assert f'data-key="{key}"' in html
    assert re.findall("<mark>(.*?)<.mark>", html) == ["路灯"]
    assert "&lt;b&gt;" in html


def test_one_key_takes_a_category_and_comes_back(
    client: Client, cast: Any, forest: Any
) -> None:
    row = make.submit(forest.district, title="路灯不亮")
    code = suggestions.suggest(row).options[0]["code"]
    back = f"/dispatch/?view=accept&open={row.no}"
    answer = _as(client, cast.town_a).post(
        reverse("request_classify", args=[row.no]), {"category": code, "next": back}
    )
    assert answer.status_code == 302
    assert answer["Location"] == back
    category = Request.objects.get(pk=row.pk).category
    assert category is not None
    assert category.code == code
    assert 'aria-pressed="true"' in _open(client, row)


def test_another_town_takes_nothing(client: Client, cast: Any, forest: Any) -> None:
    row = make.submit(forest.district)
    answer = _as(client, cast.town_b).post(
        reverse("request_classify", args=[row.no]), {"category": "010204"}
    )
    assert answer.status_code == 404
    assert Request.objects.get(pk=row.pk).category_id is None


def test_a_wrong_category_is_said_and_changes_nothing(
    client: Client, cast: Any, forest: Any
) -> None:
    row = make.submit(forest.district)
    answer = _as(client, cast.town_a).post(
        reverse("request_classify", args=[row.no]), {"category": "no"}, follow=True
    )
    assert answer.status_code == 200
    assert Request.objects.get(pk=row.pk).category_id is None


def test_a_rule_fills_the_button_and_the_drawer_and_says_why(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    rule = _rule(
        cast, departments, words="路灯", assist=[departments["transport"]], due="3d"
    )
    RoutingRule.objects.filter(pk=rule.pk).update(state="live")
    row = make.submit(forest.district, title="路灯不亮")
    desk.accept(row, by=cast.town_a)
    routing.route(Request.objects.get(pk=row.pk))
    html = _open(_as(client, cast.town_a), row, "dispatch")
    lead, assist = departments["urban_management"], departments["transport"]
    assert f"?department={lead.pk}&amp;assist={assist.pk}" in html
    assert rule.name in html
    drawer = client.get(reverse("request_step", args=[row.no, "whistle"]))
    text = drawer.content.decode()
    assert f'name="lead" value="{lead.pk}"' in text
    chosen = drawer.context["form"].initial
    assert chosen["lead"] == {"lead": lead.pk, "assist": [assist.pk]}
    assert chosen["due"] == "3d"
    page = client.get(reverse("request", args=[row.no])).content.decode()
    assert rule.name in page


def test_past_cases_propose_a_department(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    category = DictionaryItem.objects.get(
        dictionary__code="request_category", code="010204"
    )
    for _n in range(3):
        old = make.submit(forest.district, category=category)
        make.whistled(old, cast, departments["transport"])
    row = make.submit(forest.district, category=category)
    desk.accept(row, by=cast.town_a)
    html = _open(_as(client, cast.town_a), row, "dispatch")
    assert f"?department={departments['transport'].pk}&amp;" in html


def test_the_list_says_where_each_would_go(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    rule = _rule(cast, departments, words="路灯")
    RoutingRule.objects.filter(pk=rule.pk).update(state="live")
    row = make.submit(forest.district, title="路灯不亮")
    routing.propose(row)
    page = _as(client, cast.town_a).get("/dispatch/?view=accept")
    [line] = page.context["rows"]
    assert line["proposal"]["name"] == departments["urban_management"].short


def test_the_list_asks_eight_statements_and_only_what_was_said_this_round(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    rule = _rule(cast, departments, words="路灯")
    RoutingRule.objects.filter(pk=rule.pk).update(state="live")
    rows = [make.submit(forest.district, title="路灯不亮") for _n in range(4)]
    for row in rows:
        suggestions.suggest(row)
        routing.propose(row)
    Request.objects.filter(pk=rows[0].pk).update(round=2)
    page = _as(client, cast.town_a).get("/dispatch/?view=accept")
    unit = departments["urban_management"].short
    named = {
        line["request"].pk: line["proposal"]["name"] for line in page.context["rows"]
    }
    assert [named[row.pk] == unit for row in rows[1:]] == [True] * 3
    assert all(line["proposal"]["category"] for line in page.context["rows"])
    with CaptureQueriesContext(connection) as captured:
        client.get("/dispatch/?view=accept")
    assert len(captured) == 8
    said = with_said(Request.objects.filter(pk__in=[row.pk for row in rows]))
    assert [vars(row)["said"] is None for row in said.order_by("pk")] == [
        True, False, False, False,
    ]  # fmt: skip


def test_rules_are_ordered_by_buttons(
    client: Client, cast: Any, departments: Any
) -> None:
    first = _rule(cast, departments)
    second = _rule(cast, departments, name="另一条")
    _as(client, cast.district)
    page = client.get(reverse("routing"))
    assert [line["row"].pk for line in page.context["rows"]] == [first.pk, second.pk]
    answer = client.post(reverse("routing_step", args=[second.pk, "up"]))
    assert answer["Location"].endswith(f"#rule-{second.pk}")
    page = client.get(reverse("routing"))
    assert [line["row"].pk for line in page.context["rows"]] == [second.pk, first.pk]
    assert (
        client.post(reverse("routing_step", args=[first.pk, "over"])).status_code == 404
    )


def test_a_rule_is_tried_and_put_in_force_on_pages(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    rule = _rule(cast, departments, words="路灯")
    light = make.submit(forest.district, title="路灯不亮")
    _as(client, cast.district)
    client.post(reverse("routing_step", args=[rule.pk, "live"]))
    assert RoutingRule.objects.get(pk=rule.pk).state == "draft"
    answer = client.post(
        reverse("routing_trial_new", args=[rule.pk]), {"wanted": "200"}
    )
    trial = RoutingTrial.objects.get()
    assert answer["Location"] == reverse("routing_trial", args=[trial.pk])
    going = client.get(answer["Location"]).content.decode()
    assert "<progress" in going
    trials.run_trial(trial.pk)
    done = client.get(answer["Location"]).content.decode()
    assert light.no in done
    assert departments["urban_management"].short in done
    client.post(reverse("routing_step", args=[rule.pk, "live"]))
    assert RoutingRule.objects.get(pk=rule.pk).state == "live"
    client.post(reverse("routing_step", args=[rule.pk, "off"]), {"reason": "太宽"})
    page = client.get(reverse("routing")).content.decode()
    assert "太宽" in page


@pytest.mark.parametrize("wanted", ["", "0", "many", "99999999"])
def test_a_trial_of_a_wrong_size_is_refused(
    client: Client, cast: Any, departments: Any, wanted: str
) -> None:
    rule = _rule(cast, departments)
    _as(client, cast.district).post(
        reverse("routing_trial_new", args=[rule.pk]), {"wanted": wanted}
    )
    assert not RoutingTrial.objects.exists()


def test_a_town_reads_the_districts_rules_and_keeps_its_own(
    client: Client, cast: Any, forest: Any, departments: Any
) -> None:
    whole = _rule(cast, departments)
    other = _rule(cast, departments, name="别镇", grid=forest.town_b)
    page = _as(client, cast.town_a).get(reverse("routing"))
    assert [line["row"].pk for line in page.context["rows"]] == [whole.pk]
    assert not page.context["rows"][0]["may_write"]
    assert (
        client.post(reverse("routing_step", args=[other.pk, "up"])).status_code == 404
    )


def test_versions_are_chosen_by_the_district_alone(client: Client, cast: Any) -> None:
    _as(client, cast.district)
    assert client.get(reverse("suggestion_versions")).status_code == 200
    use = reverse("suggestion_version_step", args=["use"])
    assert client.post(use, {"number": "0"}).status_code == 302
    assert client.post(use, {"number": "7"}, follow=True).status_code == 200
    wrong = reverse("suggestion_version_step", args=["burn"])
    assert client.post(wrong).status_code == 404
    assert _as(client, cast.town_a).post(use, {"number": "0"}).status_code == 403


def test_a_few_scattered_cases_do_not_outvote_the_list_of_branches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One case of four led by a department says less than the list does."""
    known = [Department(pk=1, code="listed"), Department(pk=2, code="often")]
    monkeypatch.setattr(guess, "by_category", lambda _code: {"lead": "listed"})

    def leads(*, led: dict[int, int]) -> list[str]:
        past = guess.Past(Counter(led), Counter())
        found = guess.propose(Request(), "010103", 1.0, None, known, past)
        return [p.department.code for p in found if p.is_lead]

    assert leads(led={2: 1, 3: 1, 4: 1, 5: 1}) == ["listed"]
    assert leads(led={2: 40})[0] == "often"


def test_a_rule_whose_department_was_closed_since_leaves_it_to_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = [Department(pk=1, code="listed"), Department(pk=2, code="ruled")]
    monkeypatch.setattr(guess, "by_category", lambda _code: {"lead": "listed"})
    said = RoutingDecision(rule_name="r", outcome={"lead": 2, "assist": []})
    for in_use, lead in ((known, "ruled"), (known[:1], "listed")):
        found = guess.propose(Request(), "010103", 1.0, said, in_use)
        assert [p.department.code for p in found if p.is_lead] == [lead]


def test_a_rule_says_its_time_as_its_deadline_class_counts(
    client: Client, cast: Any, departments: Any
) -> None:
    _rule(cast, departments, words="坍塌", kind="emergency", due="1d")
    page = _as(client, cast.district).get("/routing/").content.decode()
    assert "1 天" in page
    assert "1 个工作日" not in page


def test_a_rule_with_a_closed_department_says_what_to_do_first(
    client: Client, cast: Any, departments: Any
) -> None:
    rule = _rule(cast, departments)
    RoutingRule.objects.filter(pk=rule.pk).update(
        tried_version=rule.version, state="off", off_reason="停用"
    )
    step = f'action="/routing/{rule.pk}/live/"'
    page = _as(client, cast.district).get("/routing/").content.decode()
    assert step in page
    departments["urban_management"].__class__.objects.filter(pk=rule.lead_id).update(
        is_active=False
    )
    page = client.get("/routing/").content.decode()
    assert step not in page
    assert "已停用，请先换成其他部门" in page
    assert f"/registry/routing-rules/{rule.pk}/edit/" in page


def test_the_form_of_a_department_says_which_rules_stop_without_it(
    client: Client, cast: Any, departments: Any
) -> None:
    rule = _rule(cast, departments)
    RoutingRule.objects.filter(pk=rule.pk).update(state="live")
    lead = rule.lead
    url = f"/admin/grids/department/{lead.pk}/change/"
    cast.admin.is_staff = cast.admin.is_superuser = True
    cast.admin.save()
    _as(client, cast.admin)
    before = client.get(url)
    words = f"派遣规则“{rule.name}”将自动停用"
    assert words in before.content.decode()
