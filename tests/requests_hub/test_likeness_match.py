"""Which words are alike, and which requests are one matter. All texts are invented."""

from requests_hub.likeness.grams import Print, Weights, cosine, fingerprint, groups
from requests_hub.likeness.match import (
    Group,
    Known,
    alike,
    choose,
    is_same,
    merges,
)
from requests_hub.likeness.shelf import Shelf

LAMPS = ("清河路路灯不亮", "清河路桥头两盏路灯坏了，晚上看不见路")
LAMPS_TOO = ("清河路桥头路灯坏了", "晚上走清河路看不见，路灯不亮已经一周")
LAMPS_AWAY = ("望山街路灯不亮", "望山街口路灯坏了，晚上很黑")
DOGS = ("清河路有人遛狗不牵绳", "傍晚总有大狗乱跑，孩子害怕")


def prints(*texts: tuple[str, str]) -> list[Print]:
    return [fingerprint(*text, Weights()) for text in texts]


def test_groups_stop_at_signs_and_ignore_width_and_case() -> None:
    assert list(groups("ＡＢ、cd")) == list(groups("ab cd"))
    assert len(list(groups("路灯"))) == 1
    assert len(list(groups("路灯坏"))) == 3
    assert list(groups("路")) == []
    assert all(-(2**31) <= gram < 2**31 for gram in groups("路灯坏了，晚上看不见"))


def test_weights_keep_what_stood_in_two_requests() -> None:
    weights = Weights.learn([LAMPS, LAMPS_TOO, DOGS])
    lamp, dog = next(groups("路灯")), next(groups("大狗"))
    assert (weights.documents, weights.seen(lamp), weights.seen(dog)) == (3, 2, 1)
    again = Weights.unpack(weights.documents, *weights.packed())
    assert again == weights


def test_the_same_matter_is_alike_and_another_one_is_not() -> None:
    one, two, away, dogs = prints(LAMPS, LAMPS_TOO, LAMPS_AWAY, DOGS)
    assert cosine(one.tells, one.tells) > 0.99
    same, other = cosine(one.tells, two.tells), cosine(one.tells, dogs.tells)
    assert same > 0.4 > other
    assert cosine(one.tells, away.tells) < same
    assert cosine(one.tells, {}) == 0


def test_far_apart_asks_for_more_words_in_common() -> None:
    assert is_same(0.3, 0.3, None)
    assert is_same(0.3, 0.3, 1_999)
    assert not is_same(0.3, 0.3, 2_001)
    assert is_same(0.43, 0.3, 9_000)
    assert not is_same(0.9, 0.1, None), "one place, another matter"


def test_two_make_an_issue_and_a_third_joins_it() -> None:
    shelf, ids = Shelf(), iter(range(900, 999))
    for pk, text in enumerate((LAMPS, DOGS, LAMPS_TOO, LAMPS), 1):
        shelf.place(pk, fingerprint(*text, Weights()), None, ids)
    issues = {pk: known.issue for pk, known in shelf.known.items()}
    assert issues == {1: 900, 2: None, 3: 900, 4: 900}
    assert shelf.groups[900].size == 3
    assert shelf.touched == {900}


def test_what_a_person_has_put_elsewhere_is_left_alone() -> None:
    shelf, ids = Shelf(), iter(range(900, 999))
    one, two = prints(LAMPS, LAMPS_TOO)
    shelf.put(Known(1, one))
    shelf.fixed.add(1)
    shelf.place(2, two, None, ids)
    assert shelf.known[2].issue is None


def test_the_middle_of_an_issue_must_agree() -> None:
    one, two, dogs = prints(LAMPS, LAMPS_TOO, DOGS)
    group = Group(7)
    for _n in range(3):
        group.add(dogs, None)
    near = alike(two, None, [Known(1, one, None, issue=7)])
    assert near
    assert choose(two, None, near, {7: group}).issue is None


def test_issues_that_are_one_are_paired_larger_first() -> None:
    one, two, dogs = prints(LAMPS, LAMPS_TOO, DOGS)
    large, small, other = Group(1), Group(2), Group(3)
    for text in (one, two, one):
        large.add(text, (112.0, 22.9))
    small.add(two, (112.001, 22.9))
    other.add(dogs, (112.0, 22.9))
    assert merges([other, small, large]) == [(1, 2)]
    small.position = (112.2, 22.9)
    assert merges([other, small, large]) == [], "twenty kilometres apart"
    tells, matters = large.kept()
    assert list(tells.values()) == sorted(tells.values(), reverse=True)
    assert matters
