"""Who goes along with a request: offered where they look, merged in one tap, told how it ended."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.core import consumers
from governance.core.models import Event
from requests_hub.actions import (
    desk,
    feedback,
    likeness_many,
    merging,
    privacy,
    supporters,
)
from requests_hub.actions.actors import Reporter
from requests_hub.models import Request, Sending
from requests_hub.public import public_view, supporter_view
from tests.factories.requests_hub import Makers, submit

LAMP = "清河路桥头两盏路灯坏了，晚上看不见路，请尽快修理。"
OWN, OTHER, FRIEND = "13800000001", "13800000002", "13900000009"
NOT_YET = "配件停产，已列入明年改造计划，期间加装临时灯。"


@pytest.fixture
def pair(forest: SimpleNamespace) -> list[Request]:
    rows = [
        submit(forest.district, body=LAMP, reporter_phone=OWN),
        submit(forest.district, body=LAMP, reporter_phone=OTHER),
    ]
    likeness_many.catch_up(forest.district)
    return rows


def end(row: Request, cast: Any, **how: Any) -> Request:
    row = desk.reply(
        desk.accept(row, by=cast.town_a), by=cast.town_a, reply="灯已换好，已试亮。"
    )
    row = feedback.verify(row, by=cast.town_a, note="现场看过")
    return feedback.close(row, by=cast.town_a, **how)


def told(name: str) -> dict[str, list[str]]:
    """Texts by phone that the last event of this name sends."""
    Sending.objects.all().delete()
    event = Event.objects.filter(name=name).latest("pk")
    consumers.deliver([event.pk])
    consumers.deliver([event.pk])
    texts: dict[str, list[str]] = {}
    for sending in Sending.objects.all():
        texts.setdefault(sending.address, []).append(sending.body)
    return texts


def test_all_who_go_along_are_told_once_that_it_is_done(
    pair: list[Request], cast: SimpleNamespace
) -> None:
    goal, duplicate = pair
    supporters.me_too(duplicate, visitor="a" * 32, phone=FRIEND)
    merging.merge(duplicate, by=cast.town_a, target=goal)
    end(goal, cast)
    texts = told("request.closed")
    assert {phone: len(said) for phone, said in texts.items()} == {
        OWN: 1,
        OTHER: 1,
        FRIEND: 1,
    }
    assert duplicate.no in texts[OTHER][0]
    assert goal.no not in texts[OTHER][0]


def test_they_are_told_too_that_it_is_not_ours(
    pair: list[Request], cast: SimpleNamespace
) -> None:
    goal, duplicate = pair
    supporters.me_too(goal, visitor="a" * 32, phone=FRIEND)
    merging.merge(duplicate, by=cast.town_a, target=goal)
    desk.reject(goal, by=cast.town_a, reason="属于云安区，请找云安区水务局。")
    texts = told("request.rejected")
    assert set(texts) == {OWN, OTHER, FRIEND}
    assert "云安区水务局" in texts[FRIEND][0]
    assert "不予受理" in texts[FRIEND][0]


def test_nobody_reads_done_of_what_is_not_solved(
    pair: list[Request], cast: SimpleNamespace
) -> None:
    goal, duplicate = pair
    friend, _new = supporters.me_too(goal, visitor="a" * 32, phone=FRIEND)
    merging.merge(duplicate, by=cast.town_a, target=goal)
    end(goal, cast, outcome="not_solved", summary=NOT_YET)
    for phone, (said, *_more) in told("request.closed").items():
        assert "没能解决" in said or "未能解决" in said, phone
        assert "办好了" not in said, phone
    for row in (goal, duplicate):
        view = public_view(Request.objects.get(pk=row.pk))
        assert "没能解决" in view.headline
        assert "没能解决" in view.history[0].text
        assert "办好了" not in view.headline
        assert view.tone == "amber"
    friend.refresh_from_db()
    assert "没能解决" in supporter_view(friend).headline


def test_only_who_may_rate_is_asked_to(
    pair: list[Request], cast: SimpleNamespace
) -> None:
    goal, duplicate = pair
    friend, _new = supporters.me_too(goal, visitor="a" * 32)
    merging.merge(duplicate, by=cast.town_a, target=goal)
    end(goal, cast)
    friend.refresh_from_db()
    views = [public_view(Request.objects.get(pk=row.pk)) for row in pair]
    views.append(supporter_view(friend))
    assert [v.can("rate") for v in views] == [True, False, False]
    assert ["请您评价" in v.headline for v in views] == [True, False, False]


def test_the_resident_reads_who_asked_for_it_again(
    pair: list[Request], cast: SimpleNamespace
) -> None:
    for row, by, words in (
        (pair[0], cast.town_a, "重新办理"),
        (pair[1], Reporter(pair[1].pk), "您要求重办"),
    ):
        end(row, cast)
        feedback.reopen(row, by=by, reason="晚上去看，灯还是不亮。")
        line = public_view(Request.objects.get(pk=row.pk)).history[0]
        assert line.text == words


def test_the_desk_merges_from_the_similar_one_with_its_number_filled_in(
    pair: list[Request], client: Client, cast: SimpleNamespace, make: Makers
) -> None:
    row, like = pair
    client.force_login(cast.town_a)
    link = f"/requests/{row.no}/step/merge/?target={like.no}"
    assert link in client.get(f"/requests/{row.no}/similar/").content.decode()
    assert f'value="{like.no}"' in client.get(link).content.decode()
    client.post(f"/requests/{row.no}/step/merge/", {"target": like.no})
    assert Request.objects.get(pk=row.pk).merged_into == like
    # what has gone along with another is no goal, and takes no further merge
    for one in (row, like):
        assert (
            "step/merge"
            not in client.get(f"/requests/{one.no}/similar/").content.decode()
        )
    client.force_login(cast.leader)
    beside = client.get(f"/requests/{like.no}/similar/").content.decode()
    assert "step/merge" not in beside


def test_a_private_one_is_never_offered_to_residents(
    pair: list[Request], client: Client, cast: SimpleNamespace
) -> None:
    privacy.hide(pair[0], by=cast.town_a, reason="涉及举报人")
    typed = {"kind": "problem", "body": LAMP}
    rows = client.post("/ask/similar/", typed).context["rows"]
    assert [near.request for near, _token in rows] == [pair[1]]


def test_what_is_similar_stands_right_below_the_words(
    client: Client, forest: SimpleNamespace
) -> None:
    page = client.get("/ask/problem/").content.decode()
    places = [page.index(mark) for mark in ('id="id_body"', "data-similar", "id_phone")]
    assert places == sorted(places)


def test_what_was_dropped_shows_no_steps_done_and_nobody_at_work(
    pair: list[Request], client: Client, cast: SimpleNamespace
) -> None:
    feedback.withdraw(pair[0], by=Reporter(pair[0].pk))
    desk.reject(pair[1], by=cast.town_a, reason="属于云安区，请找云安区水务局。")
    for row in pair:
        page = client.get(f"/follow/{row.follow_code}/")
        assert page.context["view"].who == ""
        assert 'class="four"' not in page.content.decode()
    going = end(submit(pair[0].district, body=LAMP), cast)
    assert (
        'class="four"' in client.get(f"/follow/{going.follow_code}/").content.decode()
    )
