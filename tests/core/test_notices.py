"""Notices: once per person and event, read by their owner only."""

import pytest
from django.urls import reverse

from governance.core import notices
from governance.core.models import Notice, User
from tests.engine import make_event


@pytest.fixture
def people(db) -> tuple[User, User]:
    return User.objects.create(username="a"), User.objects.create(username="b")


def test_told_once_however_often_it_is_said(people):
    a, b = people
    event = make_event()
    notices.notify([a, b, a], event, "派来一件", "/requests/1/")
    notices.notify([a.pk], event, "again", "/requests/2/")
    assert [n.text for n in Notice.objects.all()] == ["派来一件"] * 2
    assert (notices.unread_count(a), notices.unread_count(b)) == (1, 1)


def test_long_text_is_cut_and_nobody_is_no_mistake(people):
    notices.notify([people[0]], make_event(), "长" * 400)
    notices.notify([], make_event(), "nobody")
    assert len(Notice.objects.get().text) == 300


@pytest.mark.parametrize("url", ["https://example.com/", "//example.com/", "x"])
def test_a_notice_never_leads_out(people, url):
    with pytest.raises(ValueError, match="path of this site"):
        notices.notify([people[0]], make_event(), "t", url)


def test_the_list_shows_mine_only(client, people):
    a, b = people
    notices.notify([a], make_event(), "for a")
    notices.notify([b], make_event(), "for b")
    client.force_login(a)
    page = client.get(reverse("notices"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "for a" in text
    assert "for b" not in text


def test_an_empty_list_says_so(client, people):
    client.force_login(people[0])
    assert client.get(reverse("notices")).status_code == 200
    assert client.get(reverse("notices") + "?box=unread").status_code == 200


def test_reading_one_goes_where_it_leads(client, people):
    a, _b = people
    notices.notify([a], make_event(), "t", "/notices/?box=unread")
    notice = Notice.objects.get()
    client.force_login(a)
    answer = client.post(reverse("notice_read", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/notices/?box=unread")
    notice.refresh_from_db()
    first = notice.read_at
    assert first
    client.post(reverse("notice_read", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first


def test_another_persons_notice_is_not_there(client, people):
    a, b = people
    notices.notify([a], make_event(), "t")
    client.force_login(b)
    url = reverse("notice_read", args=[Notice.objects.get().pk])
    assert client.post(url).status_code == 404
    assert notices.unread_count(a) == 1


def test_all_read_at_once_and_only_mine(client, people):
    a, b = people
    for _number in range(3):
        notices.notify([a, b], make_event(), "t")
    client.force_login(a)
    assert client.get(reverse("notices_read")).status_code == 405
    client.post(reverse("notices_read"))
    assert (notices.unread_count(a), notices.unread_count(b)) == (0, 3)


def test_older_ones_are_a_page_further(client, people):
    a, _b = people
    for number in range(60):
        notices.notify([a], make_event(), f"line {number:02d}")
    client.force_login(a)
    first = client.get(reverse("notices"))
    assert len(first.context["notices"]) == 50
    second = client.get(f"{reverse('notices')}?before={first.context['next_before']}")
    assert [n.text for n in second.context["notices"]][-1] == "line 00"
    assert len(second.context["notices"]) == 10
    assert client.get(reverse("notices") + "?before=x").status_code == 200


def test_strangers_are_asked_to_sign_in(client, db):
    answer = client.get(reverse("notices"))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
