"""Issues as requests come in, what desks do with them, and residents who say "me too"."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from requests_hub.actions import (
    issues,
    likeness,
    likeness_many,
    merging,
    privacy,
    supporters,
)
from requests_hub.codes import shown
from requests_hub.models import GramTable, HotIssue, Likeness, Request, Supporter
from requests_hub.queries import hot as queries
from requests_hub.queries.likeness import similar_to
from requests_hub.tasks.likeness import look_alike, regroup_issues
from requests_hub.views.similar import SALT
from tests.factories.requests_hub import Makers, submit

LAMPS = "清河路桥头两盏路灯坏了，晚上看不见路，请尽快修理。"
LAMPS_TOO = "清河路桥头的路灯坏了一周，晚上看不见路，老人摔倒。"
DOGS = "小公园里有人遛大狗不牵绳，孩子们都很害怕。"


def ask(forest: Any, body: str, phone: str = "", **more: Any) -> Request:
    return submit(forest.district, body=body, reporter_phone=phone, **more)


@pytest.fixture
def lamps(forest: SimpleNamespace, cast: SimpleNamespace) -> list[Request]:
    rows = [
        ask(forest, LAMPS, "13800000001"),
        ask(forest, LAMPS_TOO, "13800000002"),
        ask(forest, LAMPS, "13800000001"),
        ask(forest, DOGS, "13800000003"),
    ]
    assert likeness_many.catch_up(forest.district) == 4
    return rows


def issue_of(row: Request) -> HotIssue | None:
    return Likeness.objects.select_related("issue").get(pk=row.pk).issue


def month(user: Any, **more: Any) -> list[queries.Hot]:
    today = timezone.localdate()
    return queries.ranked(user, queries.Span(today - timedelta(29), today), **more)


def test_requests_about_one_matter_make_one_issue_once(
    lamps: list[Request], forest: SimpleNamespace
) -> None:
    first = issue_of(lamps[0])
    assert first is not None
    assert [issue_of(row) for row in lamps] == [first, first, first, None]
    assert first.size == 3
    look_alike()
    likeness.note(lamps[0].pk)
    assert likeness_many.catch_up(forest.district) == 0
    assert HotIssue.objects.get().size == 3


def test_what_is_withdrawn_is_left_out(
    forest: SimpleNamespace, cast: SimpleNamespace, departments: dict[str, Any]
) -> None:
    row = Makers(forest, cast, departments).request("withdrawn")
    assert likeness.note(row.pk) is None
    assert likeness_many.catch_up(forest.district, is_whole=True) == 0


def test_many_at_once_end_as_one_by_one(
    forest: SimpleNamespace, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ask(forest, body) for body in (LAMPS, DOGS, LAMPS_TOO, LAMPS)]
    monkeypatch.setattr(likeness_many, "FEW", 1)
    assert likeness_many.catch_up(forest.district) == 4
    assert GramTable.objects.get().documents == 4
    issue = issue_of(rows[0])
    assert issue is not None
    assert issue.size == 3
    assert [issue_of(row) == issue for row in rows] == [True, False, True, True]
    late = ask(forest, LAMPS_TOO)
    likeness.note(late.pk)
    assert issue_of(late) == issue


def test_the_hottest_first_by_people_and_only_in_ones_area(
    lamps: list[Request], cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    supporters.me_too(lamps[1], visitor="a" * 32)
    (hot,) = month(cast.town_a)
    assert (hot.requests, hot.people, hot.open) == (3, 3, 3)
    assert sum(hot.days) == 3
    assert hot.grids[0][1] == 3
    assert hot.change == 3
    assert month(cast.town_b) == []
    assert month(cast.district, grid_id=forest.town_b.pk) == []
    assert len(month(cast.district)) == 1
    past = queries.Span(date(2020, 1, 1), date(2020, 1, 31))
    assert queries.ranked(cast.district, past) == []


def test_the_span_before_is_as_long() -> None:
    span = queries.Span(date(2026, 3, 1), date(2026, 3, 31))
    assert span.before == queries.Span(date(2026, 1, 29), date(2026, 2, 28))
    start, end = span.bounds
    assert (end - start).days == 31


def test_desks_name_take_out_put_in_and_join(
    lamps: list[Request], cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    issue = issue_of(lamps[0])
    assert issue is not None
    with pytest.raises(NotAllowed):
        issues.rename(issue, "灯", by=cast.worker_a)
    with pytest.raises(Invalid):
        issues.rename(issue, "  ", by=cast.town_a)
    assert issues.rename(issue, "清河路路灯", by=cast.town_a).is_named
    issues.rename(issue, "清河路路灯", by=cast.town_a)
    assert Event.objects.filter(name="issue.renamed").count() == 1
    assert issues.take_out(issue, lamps[2], by=cast.town_a).size == 2
    with pytest.raises(Conflict):
        issues.take_out(issue, lamps[2], by=cast.town_a)
    regroup_issues()
    assert issue_of(lamps[2]) is None, "what a person took out stays out"
    assert issues.put_in(issue, lamps[2], by=cast.town_a).size == 3
    assert issues.put_in(issue, lamps[2], by=cast.town_a).size == 3
    assert issues.put_in(issue, lamps[3], by=cast.town_a).size == 4
    issue.refresh_from_db()
    assert issue.title == "清河路路灯", "a name given by hand is kept"


def test_two_issues_become_one(
    lamps: list[Request], cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    dogs = ask(forest, DOGS)
    likeness.note(dogs.pk)
    kept, gone = issue_of(lamps[0]), issue_of(dogs)
    assert kept is not None
    assert gone is not None
    assert kept.pk != gone.pk
    with pytest.raises(Invalid):
        issues.join(kept, kept, by=cast.town_a)
    assert issues.join(kept, gone, by=cast.town_a).size == 5
    gone.refresh_from_db()
    assert (gone.merged_into, gone.size) == (kept, 0)
    with pytest.raises(Conflict):
        issues.rename(gone, "狗", by=cast.town_a)


def test_issues_that_came_apart_are_joined_by_night(
    lamps: list[Request], forest: SimpleNamespace
) -> None:
    issue = issue_of(lamps[0])
    assert issue is not None
    twin = HotIssue.objects.create(
        district=forest.district,
        title="路灯",
        first_at=issue.first_at,
        last_at=issue.last_at,
    )
    more = [ask(forest, LAMPS), ask(forest, LAMPS)]
    for row in more:
        likeness.note(row.pk)
    Likeness.objects.filter(pk__in=[row.pk for row in more]).update(issue=twin)
    likeness.rebuild(twin)
    likeness.rebuild(issue)
    regroup_issues()
    assert {issue_of(row) for row in (*lamps[:3], *more)} == {issue}


def test_the_topic_of_the_month_is_the_districts(
    lamps: list[Request], cast: SimpleNamespace, departments: dict[str, Any]
) -> None:
    issue, water = issue_of(lamps[0]), departments["water"]
    assert issue is not None
    day = date(2026, 11, 17)
    with pytest.raises(NotAllowed):
        issues.choose_topic(issue, day, water, by=cast.town_a)
    with pytest.raises(Invalid):
        issues.choose_topic(issue, day, None, by=cast.district)
    row = issues.choose_topic(issue, day, water, by=cast.district)
    assert (row.topic_month, row.lead_department) == (date(2026, 11, 1), water)
    row = issues.choose_topic(issue, None, water, by=cast.district)
    assert (row.topic_month, row.lead_department) == (None, None)


def test_weights_are_learned_anew_when_there_are_twice_as_many(
    lamps: list[Request], forest: SimpleNamespace
) -> None:
    assert likeness.learn(forest.district)
    assert GramTable.objects.get().documents == 4
    assert not likeness.learn(forest.district)
    for _n in range(4):
        ask(forest, DOGS)
    assert likeness.learn(forest.district)
    assert GramTable.objects.get().documents == 8
    likeness_many.catch_up(forest.district, is_whole=True)
    assert issue_of(lamps[0]) == issue_of(lamps[1])


def test_the_likest_first_with_distance_and_the_same_reporter(
    lamps: list[Request], forest: SimpleNamespace
) -> None:
    found = similar_to(lamps[0], Request.objects.all())
    assert [near.request.pk for near in found][:2] == [lamps[2].pk, lamps[1].pk]
    assert (found[0].words, found[0].metres, found[0].is_same_person) == (100, 0, True)
    assert not found[1].is_same_person
    assert lamps[3].pk not in {near.request.pk for near in found}


def test_me_too_counts_a_phone_and_a_browser_once(lamps: list[Request]) -> None:
    row = lamps[0]
    one, is_new = supporters.me_too(row, visitor="a" * 32)
    assert is_new
    again, is_new = supporters.me_too(row, visitor="a" * 32, phone="13900000009")
    assert (again.pk, is_new, again.phone) == (one.pk, False, "13900000009")
    assert not supporters.me_too(row, visitor="b" * 32, phone="13900000009")[1]
    assert supporters.me_too(row, visitor="c" * 32)[1]
    assert Likeness.objects.get(pk=row.pk).supporters == 2
    with pytest.raises(Invalid):
        supporters.me_too(row, visitor="d" * 32, phone="12")
    Request.objects.filter(pk=row.pk).update(is_private=True)
    row.refresh_from_db()
    with pytest.raises(Conflict):
        supporters.me_too(row, visitor="e" * 32)


def test_a_resident_sees_what_is_there_and_says_me_too(
    lamps: list[Request], client: Client, forest: SimpleNamespace
) -> None:
    typed = {"kind": "problem", "body": "清河路桥头路灯坏了看不见路"}
    page = client.post("/ask/similar/", typed)
    text = page.content.decode()
    offered = {shown.request.pk for shown, _token in page.context["rows"]}
    assert offered == {row.pk for row in lamps[:3]}
    assert "13800000001" not in text
    assert lamps[0].follow_code not in text
    assert lamps[0].no not in text
    Request.objects.filter(pk__in=[row.pk for row in lamps]).update(is_private=True)
    assert client.post("/ask/similar/", typed).context["rows"] == []
    Request.objects.filter(pk=lamps[0].pk).update(is_private=False)
    (pair,) = client.post("/ask/similar/", typed).context["rows"]
    address = f"/ask/me-too/{pair[1]}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"phone": "123"}).status_code == 422
    done = client.post(address, {"phone": "13900000008"})
    assert done.context["is_new"]
    code = Supporter.objects.get().follow_code
    assert shown(code) in done.content.decode()
    again = client.post(address, {})
    assert not again.context["is_new"], "the browser is known"
    assert again.context["code"] == code
    assert Supporter.objects.count() == 1
    bad = signing.dumps(lamps[0].pk, salt=f"{SALT}x")
    assert client.get(f"/ask/me-too/{bad}/").status_code == 410


def test_who_said_me_too_follows_with_a_code_of_their_own(
    lamps: list[Request], client: Client, cast: SimpleNamespace
) -> None:
    row, _new = supporters.me_too(lamps[0], visitor="a" * 32)
    other, _new = supporters.me_too(lamps[0], visitor="b" * 32)
    codes = {lamps[0].follow_code, row.follow_code, other.follow_code}
    assert len(codes) == 3
    typed = client.get("/follow/", {"code": shown(row.follow_code)})
    page = client.get(typed["Location"])
    text = page.content.decode()
    assert lamps[0].title in text
    assert page.context["people"] == 3
    for secret in (lamps[0].follow_code, shown(lamps[0].follow_code), lamps[0].no):
        assert secret not in text
    assert "13800000001" not in text
    for step in ("add", "withdraw", "reopen", "rate"):
        assert f"/{step}/" not in text, step
        answer = client.post(f"/follow/{row.follow_code}/{step}/", {"note": "x"})
        assert answer["Location"] == f"/follow/{row.follow_code}/", step
    assert lamps[0].title in client.get("/").content.decode(), "looked up here last"
    privacy.hide(lamps[0], by=cast.town_a, reason="涉及举报人")
    hidden = client.get(f"/follow/{row.follow_code}/").content.decode()
    assert lamps[0].title not in hidden
    assert "id_tail" not in hidden, "no digits of theirs open it"
    assert lamps[0].title not in client.get("/").content.decode()
    assert client.get("/follow/1234567897/").status_code in (404, 422)


def test_who_joined_a_request_that_was_merged_follows_the_other(
    lamps: list[Request], client: Client, cast: SimpleNamespace
) -> None:
    row, _new = supporters.me_too(lamps[0], visitor="a" * 32)
    merging.merge(lamps[0], by=cast.town_a, target=lamps[2])
    page = client.get(f"/follow/{row.follow_code}/")
    assert page.status_code == 200
    assert page.context["view"].request == lamps[2]
    assert shown(lamps[2].follow_code) not in page.content.decode()


def test_short_words_and_other_kinds_find_nothing(
    lamps: list[Request], client: Client
) -> None:
    for body in ("", "路灯", "我想咨询办理营业执照需要哪些材料"):
        page = client.post("/ask/similar/", {"kind": "problem", "body": body})
        assert page.context["rows"] == []


def test_the_pages_of_the_desk(
    lamps: list[Request], client: Client, cast: SimpleNamespace
) -> None:
    issue = issue_of(lamps[0])
    assert issue is not None
    client.force_login(cast.town_a)
    beside = client.get(f"/requests/{lamps[0].no}/similar/").content.decode()
    assert lamps[1].no in beside
    assert f"/hot/{issue.pk}/" in beside
    page = client.get("/hot/").content.decode()
    assert issue.title in page
    assert client.get("/hot/?days=x&from=1&to=2&month=13").status_code == 200
    sheet = client.get("/hot/export/")
    assert sheet.content[:2] == b"PK"
    out = client.post(f"/hot/{issue.pk}/out/{lamps[2].no}/", follow=True)
    assert lamps[2].no in out.content.decode()
    assert issue_of(lamps[2]) is None
    client.post(f"/hot/{issue.pk}/back/{lamps[2].no}/")
    assert issue_of(lamps[2]) == issue
    answer = client.post(f"/hot/{issue.pk}/add/", {"no": "YC00000000-0000"})
    assert answer.status_code == 422
    answer = client.post(f"/hot/{issue.pk}/add/", {"no": lamps[3].no.lower()})
    assert answer.status_code == 302
    assert issue_of(lamps[3]) == issue
