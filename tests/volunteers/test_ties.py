"""Ties: recorded and seen by those who dispatch alone; good people ranked with reasons."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.core import registers
from governance.core.errors import Invalid, NotAllowed
from grids import locate
from grids.actions.posts import appoint
from grids.models import Household, Person
from tests.factories.grids import make_user
from volunteers.actions import ties
from volunteers.models import Tie
from volunteers.takers import rank_takers

pytestmark = pytest.mark.django_db
HIDDEN = (
    "resident",
    "good_person",
    "officer_a",
    "outsider",
    "worker_a",
    "auditor",
    "leader",
    "admin",
    "town_b",
)


@pytest.fixture
def home(forest: SimpleNamespace) -> Household:
    place = locate.place_of(forest.micro_a1_1_1).ids
    return Household.objects.create(number="H001", **place)


@pytest.fixture
def near(forest: SimpleNamespace, cast: SimpleNamespace) -> Any:
    """A good person of the household's own micro grid."""
    user = make_user("near", "林近邻", title="电工")
    appoint(
        user,
        "good_person",
        by="test",
        district=forest.district,
        grid=forest.micro_a1_1_1,
    )
    return user


def tie(home: Household, who: Any, by: Any, kind: str = "kinship", **more: Any) -> Tie:
    values = {"household": home, "account": who, "kind": kind, **more}
    return ties.save_tie(None, values, by=by)


def test_a_dispatcher_records_changes_and_ends_a_tie(
    home: Household, near: Any, cast: SimpleNamespace
) -> None:
    row = tie(home, near, cast.town_a, strength="close", note="堂叔")
    assert row.micro_id == home.micro_id
    with pytest.raises(Invalid):
        tie(home, near, cast.town_a)  # the same tie twice
    again = ties.save_tie(row, {"strength": "slight"}, by=cast.town_a, version=1)
    assert (again.strength, again.version) == ("slight", 2)
    ended = ties.end_tie(again, by=cast.town_a)
    assert ties.end_tie(ended, by=cast.town_a).ended_on == ended.ended_on
    assert not Tie.objects.dispatching(cast.town_a).exists()


def test_bad_ties_are_refused(
    home: Household, near: Any, cast: SimpleNamespace
) -> None:
    with pytest.raises(Invalid) as nobody:
        ties.save_tie(None, {"household": home, "kind": "kinship"}, by=cast.town_a)
    assert "account" in nobody.value.fields
    with pytest.raises(Invalid) as no_post:
        tie(home, cast.resident, cast.town_a)
    assert "account" in no_post.value.fields
    own = Person.objects.create(name="自家人", household=home, **home.place_ids)
    with pytest.raises(Invalid) as same:
        ties.save_tie(
            None, {"household": home, "person": own, "kind": "kinship"}, by=cast.town_a
        )
    assert "person" in same.value.fields


@pytest.mark.parametrize("who", HIDDEN)
def test_nobody_else_writes_sees_or_ranks(
    home: Household, near: Any, cast: SimpleNamespace, client: Client, who: str
) -> None:
    row = tie(home, near, cast.town_a)
    user = getattr(cast, who)
    with pytest.raises(NotAllowed):
        tie(home, cast.good_person, user)
    with pytest.raises(NotAllowed):
        ties.end_tie(row, by=user)
    with pytest.raises(NotAllowed):
        rank_takers(home, by=user)
    assert not Tie.objects.visible_to(user).exists()
    client.force_login(user)
    answer = client.get(f"/households/{home.pk}/takers/")
    assert answer.status_code in (403, 404)
    listed = client.get("/registry/ties/")
    assert listed.status_code == 403 or near.name not in listed.content.decode()


@pytest.mark.parametrize("who", ["district", "town_a"])
def test_dispatchers_see_them(
    home: Household, near: Any, cast: SimpleNamespace, client: Client, who: str
) -> None:
    tie(home, near, cast.town_a, note="堂叔")
    assert Tie.objects.visible_to(getattr(cast, who)).count() == 1
    client.force_login(getattr(cast, who))
    text = client.get(f"/households/{home.pk}/takers/").content.decode()
    assert "林近邻" in text
    assert "堂叔" in text


def test_scores_by_hand(
    home: Household, near: Any, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    far = make_user("far", "何远亲")
    appoint(
        far, "good_person", by="test", district=forest.district, grid=forest.village_b1
    )
    tie(home, far, cast.town_a, strength="close")  # kin 30, no place
    tie(home, near, cast.town_a, kind="acquaintance", strength="fair")  # 40 + 15
    ranked = rank_takers(home, by=cast.town_a, skills=["电工"])
    found = [(t.name, t.score) for t in ranked]
    # near: 40 place + 10 skill + 15 acquainted; kin 30; the cast's one: same village 20
    assert found == [("林近邻", 65), ("何远亲", 30), (str(cast.good_person), 20)]
    assert all(2 <= len(t.reasons) <= 4 for t in ranked)
    assert [t.value for t in rank_takers(home, by=cast.town_a, limit=1)] == [
        f"account:{near.pk}"
    ]


def test_a_person_of_the_register_can_be_close_too(
    home: Household, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    place = locate.place_of(forest.micro_a1_1_2).ids
    person = Person.objects.create(name="黄大姐", occupation="护士", **place)
    ties.save_tie(
        None,
        {"household": home, "person": person, "kind": "acquaintance"},
        by=cast.town_a,
    )
    taker = next(
        t
        for t in rank_takers(home, by=cast.town_a, skills=["护士"])
        if t.value.startswith("person")
    )
    assert taker.score == 30 + 10 + 15  # same small grid, skill, acquainted


def test_why_you_never_speaks_of_kin_or_acquaintance(
    home: Household, near: Any, cast: SimpleNamespace
) -> None:
    tie(home, near, cast.town_a, note="堂叔")
    tie(home, near, cast.town_a, kind="acquaintance", note="老同学")
    taker = rank_takers(home, by=cast.town_a, skills=["电工"])[0]
    told = "".join(taker.why_you)
    assert taker.why_you
    for word in ("亲", "熟", "堂叔", "老同学", "kin", "acquaint"):
        assert word not in told
    assert any("堂叔" in reason.text for reason in taker.reasons)


def test_the_register_is_for_dispatchers() -> None:
    register = registers.find("ties")
    assert register is not None
    assert register.readers | register.writers == {
        "district",
        "township",
        "grid_leader",
    }
