"""The frame around pages: theme, large type, gallery, error pages, menu."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from governance.core import menu
from governance.core.models import User


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("reader", password="Reader-2026", name="程晓岚")


def test_theme_is_a_cookie_and_the_page_goes_back(client: Client, db: None) -> None:
    answer = client.post(
        "/theme/", {"theme": "dark", "next": "/accounts/login/?next=/x/"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/x/"
    assert 'data-bs-theme="dark"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("address", ["/theme/", "/elder/"])
def test_preferences_never_lead_to_another_site(client: Client, address: str) -> None:
    answer = client.post(address, {"next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert client.get(address).status_code == 405


def test_an_unknown_theme_is_light(client: Client, db: None) -> None:
    client.cookies["theme"] = '"><script>'
    assert 'data-bs-theme="light"' in client.get("/accounts/login/").content.decode()


def test_the_gallery_is_for_signed_in_staff_of_a_demo(
    client: Client, reader: User, settings: object
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    assert client.get("/_components/").status_code == 302
    client.force_login(reader)
    for part in ("", "pages/", "phone/"):
        answer = client.get(f"/_components/{part}")
        assert answer.status_code == 200, part
        ids = re.findall(r'\sid="([^"]+)"', answer.content.decode())
        assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    assert client.get("/_components/nothing/").status_code == 404
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get("/_components/").status_code == 404


def test_pages_carry_the_strict_policy(client: Client, db: None) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("page", ["400", "403", "404", "500", "csrf", "refused"])
def test_error_pages_need_no_database_and_no_context(page: str) -> None:
    """Without the db fixture any query fails the test."""
    html = render_to_string(f"errors/{page}.html", {"failure_id": "4f0c"})
    assert html.count("<h1>") == 1
    assert ("4f0c" in html) == (page == "500")


def test_the_menu_leaves_out_pages_that_do_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = frozenset({"township"})
    there = menu.Entry("There", "house", "/accounts/login/", roles, order=1)
    absent = menu.Entry("Absent", "house", "/no-such-page/", roles, order=2)
    other = menu.Entry("Other", "house", "/accounts/logout/", frozenset({"admin"}))
    monkeypatch.setattr(menu._registry, "entries", [there, absent, other])
    request = RequestFactory().get("/accounts/login/")
    groups, tabs = menu.menu_for(request, roles)
    assert [i["label"] for g in groups for i in g["items"]] == ["There"]
    assert groups[0]["items"][0]["is_current"] is True
    assert tabs == []
    assert menu.first_url(request, roles) == "/accounts/login/"


def _many(roles: frozenset[str], n: int) -> list[menu.Entry]:
    """`n` lines: two on top, the rest in two named groups, at addresses that answer."""
    urls = ("/accounts/login/", "/accounts/logout/", "/notices/", "/healthz")
    return [
        menu.Entry(f"Line {i}", "house", f"{urls[i % 4]}?{i}", roles, group, order=i)
        for i in range(n)
        for group in ["" if i < 2 else "Odd" if i % 2 else "Even"]
    ]


def test_a_long_menu_is_folded_but_for_the_group_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = frozenset({"township"})
    entries = _many(roles, 14)
    entries.append(
        menu.Entry("Here", "house", "/imports/", roles, "Odd", order=50)  # the page
    )
    monkeypatch.setattr(menu._registry, "entries", entries)
    groups, _tabs = menu.menu_for(RequestFactory().get("/imports/"), roles)
    assert [(g["label"], g["is_folded"], g["is_open"]) for g in groups] == [
        ("", False, False),
        ("Even", True, False),
        ("Odd", True, True),
    ]
    monkeypatch.setattr(menu._registry, "entries", _many(roles, menu.MOST_OPEN))
    groups, _tabs = menu.menu_for(RequestFactory().get("/imports/"), roles)
    assert not any(g["is_folded"] for g in groups)


def test_the_bar_of_a_phone_leads_to_the_whole_menu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = frozenset({"leader"})
    monkeypatch.setattr(menu._registry, "entries", _many(roles, 9))
    lists = menu.menu_for(RequestFactory().get("/notices/"), roles)
    tabs, has_more = menu.bar_of(*lists)
    assert ([t["label"] for t in tabs], has_more) == (
        ["Line 0", "Line 1", "Line 2", "Line 4"],
        True,
    )
    own = [menu.Entry("Own", "house", "/notices/?2", roles, is_tab=True)]
    monkeypatch.setattr(menu._registry, "entries", own)
    lists = menu.menu_for(RequestFactory().get("/notices/"), roles)
    tabs, has_more = menu.bar_of(*lists)
    assert ([t["label"] for t in tabs], has_more) == (["Own"], False)


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/registry/agreements/", "/party/"),
        ("/grids/rates/", "/party/"),
        ("/grids/lines/party/", "/grids/mapping/"),
        ("/registry/assignments/", "/teams/"),
        ("/registry/sites/1/", "/sites/"),
        ("/registry/conflicts/", "/registry/feeds/"),
        ("/registry/people/", "/registry/"),
        ("/registry/staff/", "/registry/staff/"),
        ("/notices/", ""),
    ],
)
def test_a_list_is_marked_where_its_topic_is(path: str, marked: str) -> None:
    menu._discover()
    lines = [
        entry
        for entry in menu._registry.entries
        if "township" in entry.roles and not entry.is_tab
    ]
    found = menu._current(RequestFactory().get(path), lines)
    assert (found.url if found else "") == marked
