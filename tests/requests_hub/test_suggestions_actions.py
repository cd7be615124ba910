"""The desk's decisions about categories, and the versions that learn from them."""

from typing import Any

import pytest
from django.utils import translation

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.models import Event
from requests_hub import categories
from requests_hub.actions import desk, learning, suggestions
from requests_hub.models import (
    CategoryDecision,
    Request,
    RoutingDecision,
    Suggested,
    SuggestionModel,
)
from requests_hub.subscribers import routing as consumers
from requests_hub.suggestions import serving
from tests.factories import requests_hub as make

LIGHT, NOISE = "010204", "040203"
TOPICS = (
    ("路灯不亮", "巷口的路灯坏了", "010204"),
    ("公交车太少", "等公交车半小时", "060404"),
    ("夜宵油烟扰民", "油烟进屋噪音大", "040203"),
    ("拖欠工资", "老板不发工资", "150306"),
)


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Any:
    dictionaries.forget()
    serving.forget()
    yield
    dictionaries.forget()
    serving.forget()


DOGS = ("恶犬咬人", "没有牵绳", "120103")
WRONG = ("020101", "030101")


def _decided(
    district: Any,
    cast: Any,
    times: int,
    *topics: tuple[str, str, str],
    wrong: bool = False,
) -> None:
    """Each topic `times` over, submitted and decided by the desk."""
    for n in range(times):
        for k, (title, body, own) in enumerate((*TOPICS, *topics)):
            row = make.submit(district, title=f"{n}号楼{title}", body=body)
            code = WRONG[k % 2] if wrong else own
            suggestions.classify(row, by=cast.town_a, category=code)


def test_a_new_request_gets_three_suggestions_with_reasons(
    forest: Any, cast: Any
) -> None:
    row = make.submit(forest.district, title="巷口路灯不亮", body="路灯坏了三天")
    event = Event.objects.get(name="request.submitted", thread_id=row.pk)
    consumers.propose(event)
    made = Suggested.objects.get(request=row)
    assert len(made.options) == 3
    assert made.options[0]["code"].startswith("01")
    assert "路灯" in "".join(made.options[0]["words"])
    assert made.model_number == 0
    consumers.propose(event)
    assert Suggested.objects.filter(request=row).count() == 1


def test_the_desk_gives_the_category_and_it_is_told(forest: Any, cast: Any) -> None:
    row = make.submit(forest.district, title="巷口路灯不亮")
    made = suggestions.suggest(row)
    code = made.options[1]["code"]
    after = suggestions.classify(row, by=cast.town_a, category=code)
    assert after.category is not None
    assert after.category.code == code
    decision = CategoryDecision.objects.get(request=row)
    assert (decision.category, decision.rank) == (code, 2)
    event = Event.objects.get(name="request.classified", thread_id=row.pk)
    assert event.data["category"] == code
    suggestions.classify(row, by=cast.town_a, category=code)
    assert CategoryDecision.objects.count() == 1


def test_a_new_category_asks_the_rules_again(
    forest: Any, cast: Any, departments: Any
) -> None:
    from requests_hub.actions import routing

    rule = routing.save_rule(
        None,
        {"name": "噪音", "category": "04", "lead": departments["water"]},
        by=cast.district,
    )
    type(rule).objects.filter(pk=rule.pk).update(state="live")
    row = make.submit(forest.district, title="一件事")
    suggestions.classify(row, by=cast.town_a, category=NOISE)
    consumers.propose(Event.objects.get(name="request.classified", thread_id=row.pk))
    assert RoutingDecision.objects.get(request=row).rule_id == rule.pk


@pytest.mark.parametrize("who", ["town_b", "worker_a", "officer_a", "resident"])
def test_only_the_desk_of_the_place_gives_categories(
    forest: Any, cast: Any, who: str
) -> None:
    row = make.submit(forest.district)
    with pytest.raises(NotAllowed):
        suggestions.classify(row, by=getattr(cast, who), category=LIGHT)
    assert Request.objects.get(pk=row.pk).category_id is None


def test_a_wrong_category_and_a_finished_request_are_refused(
    forest: Any, cast: Any
) -> None:
    row = make.submit(forest.district)
    with pytest.raises(Invalid):
        suggestions.classify(row, by=cast.town_a, category="nothing")
    desk.reject(row, by=cast.town_a, reason="不属于本区")
    with pytest.raises(Conflict):
        suggestions.classify(row, by=cast.town_a, category=LIGHT)


def test_too_few_decisions_teach_nothing(forest: Any, cast: Any) -> None:
    _decided(forest.district, cast, 3)
    assert learning.retrain(forest.district) is None
    assert not SuggestionModel.objects.exists()


def test_of_several_decisions_the_last_counts(forest: Any, cast: Any) -> None:
    row = make.submit(forest.district, title="路灯")
    suggestions.classify(row, by=cast.town_a, category=NOISE)
    suggestions.classify(row, by=cast.town_a, category=LIGHT)
    _messages, labels = learning.decisions(forest.district.pk)
    assert labels == ["01"]


def test_a_version_that_is_not_worse_takes_over_and_suggests(
    forest: Any, cast: Any
) -> None:
    """Dogs are filed under health here, which no word says: only learning finds it."""
    _decided(forest.district, cast, 22, DOGS)
    made = learning.retrain(forest.district)
    assert made is not None
    assert (made.state, made.number) == ("live", 1)
    assert made.figures["top1"] >= made.rival_figures["top1"]
    assert made.figures["ms_per_message"] < 20
    row = make.submit(forest.district, title="恶犬追人", body="没有牵绳")
    stored = suggestions.suggest(row)
    assert stored.model_number == 1
    assert stored.options[0]["code"].startswith("12")
    assert learning.retrain(forest.district) is None  # nothing new since


def test_a_worse_version_is_kept_but_not_used(
    forest: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest decisions contradict all before: what was learned is worse than the words."""
    _decided(forest.district, cast, 18, wrong=True)
    _decided(forest.district, cast, 5)
    made = learning.retrain(forest.district)
    assert made is not None
    assert made.figures["top1"] < made.rival_figures["top1"]
    assert made.state == "refused"
    row = make.submit(forest.district, title="路灯不亮")
    assert suggestions.suggest(row).model_number == 0


def test_going_back_to_a_former_version_and_to_words(forest: Any, cast: Any) -> None:
    _decided(forest.district, cast, 20)
    first = learning.retrain(forest.district)
    assert first is not None
    second = learning.retrain(forest.district, by=cast.district)
    assert second is not None
    assert second.number == 2
    learning.choose(forest.district, 1, by=cast.district)
    states = dict(SuggestionModel.objects.values_list("number", "state"))
    assert states[1] == "live"
    assert states[2] != "live"
    row = make.submit(forest.district, title="路灯不亮")
    assert suggestions.suggest(row).model_number == 1
    learning.choose(forest.district, 0, by=cast.district)
    assert not SuggestionModel.objects.filter(state="live").exists()
    assert suggestions.suggest(row).model_number == 0
    assert Event.objects.filter(name="suggestionmodel.chosen").count() == 2


def test_choosing_a_version_is_the_districts(forest: Any, cast: Any) -> None:
    with pytest.raises(NotAllowed):
        learning.choose(forest.district, 0, by=cast.town_a)
    with pytest.raises(NotHere):
        learning.choose(forest.district, 7, by=cast.district)


def test_spoiled_bytes_leave_the_words(forest: Any, cast: Any) -> None:
    SuggestionModel.objects.create(
        district=forest.district, number=1, state="live", taught=1, data=b"spoiled"
    )
    row = make.submit(forest.district, title="路灯不亮")
    assert suggestions.suggest(row).options[0]["code"].startswith("01")


def test_decisions_are_append_only(forest: Any, cast: Any) -> None:
    from django.db import DatabaseError, transaction

    row = make.submit(forest.district)
    suggestions.classify(row, by=cast.town_a, category=LIGHT)
    with pytest.raises(DatabaseError), transaction.atomic():
        CategoryDecision.objects.update(category=NOISE)


@pytest.mark.django_db
def test_the_rest_of_a_branch_says_of_which() -> None:
    """Every branch of the published tree ends with “其他”."""
    dictionaries.forget()
    rows = dictionaries.items(categories.CATEGORIES)
    rests = [row for row in rows if row.label_zh == "其他"]
    with translation.override("zh-hans"):
        told = {categories.told(row) for row in rests}
        assert all(words.endswith(" › 其他") for words in told)
        assert len(told) > 10
        plain = next(row for row in rows if row.label_zh != "其他")
        assert categories.told(plain) == plain.label_zh
