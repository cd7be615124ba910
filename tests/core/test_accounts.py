"""Signing in and out, being locked out, changing passwords, tokens."""

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from governance.core.actions import accounts
from governance.core.errors import Invalid
from governance.core.models import Event, User
from governance.core.passwords import ThreeKindsValidator

pytestmark = pytest.mark.django_db
PASSWORD = "Grid-worker-7"
LOGIN = "/accounts/login/"
CHANGE = "/accounts/password/change/"


@pytest.fixture(autouse=True)
def english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def worker() -> User:
    return User.objects.create_user("worker", password=PASSWORD, name="陈大文")


def sign_in(client: Client, password: str = PASSWORD, name: str = "worker") -> Any:
    return client.post(LOGIN, {"login": name, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_signing_in_and_out(client: Client, worker: User) -> None:
    assert client.get(LOGIN).status_code == 200
    response = sign_in(client)
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert is_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_in(client), "looking at the page does not sign out"
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_where_one_wanted_to_go_is_kept_within_the_site(
    client: Client, worker: User
) -> None:
    ask = {"login": "worker", "password": PASSWORD}
    assert client.post(LOGIN, {**ask, "next": "/todo/"})["Location"] == "/todo/"
    client.logout()
    away = client.post(LOGIN, {**ask, "next": "https://evil.example/"})
    assert away["Location"] == "/"


def test_attempts_left_are_told_then_the_account_locks(
    client: Client, worker: User
) -> None:
    for left in (4, 3, 2, 1):
        response = sign_in(client, "wrong")
        assert response.status_code == 200
        sentence = " ".join(response.context["form"].non_field_errors())
        assert f"{left} attempt" in sentence
        assert "5 minutes" in sentence
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    assert "account/locked.html" in [t.name for t in locked.templates]
    assert sign_in(client).status_code == 429, "also with the right password"
    assert not is_in(client)


def test_the_lock_is_of_one_account_from_one_address_and_ends(
    client: Client, worker: User
) -> None:
    User.objects.create_user("other", password=PASSWORD)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        for _n in range(5):
            sign_in(client, "wrong")
        assert sign_in(client).status_code == 429
        elsewhere = Client(REMOTE_ADDR="10.0.0.9")
        assert sign_in(elsewhere).status_code == 302
        assert sign_in(Client(), name="other").status_code == 302
        clock.shift(timedelta(minutes=6))
        assert sign_in(client).status_code == 302


def test_a_success_forgets_the_failures(client: Client, worker: User) -> None:
    for _n in range(4):
        sign_in(client, "wrong")
    assert sign_in(client).status_code == 302
    client.logout()
    assert "4 attempts" in str(sign_in(client, "wrong").context["form"].errors)


def test_an_unknown_account_is_told_the_same(client: Client, worker: User) -> None:
    known = str(sign_in(client, "wrong").context["form"].errors)
    unknown = str(sign_in(Client(), "wrong", "nobody").context["form"].errors)
    assert known == unknown


def test_a_closed_account_is_told_so_and_stays_out(
    client: Client, worker: User
) -> None:
    User.objects.update(is_active=False)
    response = client.post(
        LOGIN, {"login": "worker", "password": PASSWORD}, follow=True
    )
    assert not is_in(client)
    assert response.status_code == 200
    assert response.redirect_chain in ([], [(LOGIN, 302)])


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/abc/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-abc/",
        "/accounts/password/set/",
        "/accounts/inactive/",
        "/accounts/reauthenticate/",
        "/accounts/login/code/",
        "/accounts/social/signup/",
        "/accounts/2fa/",
    ],
)
def test_what_is_not_offered_is_not_there(
    client: Client, worker: User, path: str
) -> None:
    for _signed_in in (False, True):
        assert client.get(path).status_code == 404
        form = {"username": "me", "password1": PASSWORD, "password2": PASSWORD}
        assert client.post(path, form).status_code == 404
        client.force_login(worker)
    assert User.objects.count() == 1


def test_a_pause_signs_out(client: Client, worker: User, settings: Settings) -> None:
    settings.SESSION_IDLE_SECONDS = 1800
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client)
        client.get(CHANGE)
        for _n in range(3):
            clock.shift(1700)
            assert client.get(CHANGE).status_code == 200, "acting keeps one in"
        clock.shift(1700)
        refresh = client.get(CHANGE, headers={"x-refresh": "1"})
        assert refresh.status_code == 200
        clock.shift(101)
        response = client.get(CHANGE)
        assert response.status_code == 302
        assert response["Location"].startswith(LOGIN)
        assert not is_in(client)


def test_changing_the_password(client: Client, worker: User) -> None:
    assert client.get(CHANGE)["Location"].startswith(LOGIN)
    sign_in(client)
    other_device = Client()
    sign_in(other_device)
    form = {
        "oldpassword": PASSWORD,
        "password1": "New-secret-9",
        "password2": "New-secret-9",
    }
    response = client.post(CHANGE, form)
    assert response.status_code == 302
    assert is_in(client), "the one who changes it stays in"
    assert client.get(CHANGE).status_code == 200
    assert other_device.get(CHANGE).status_code == 302, "other sessions end"
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), "New-secret-9").status_code == 302
    event = Event.objects.get(name="account.password_set")
    assert event.data == {"own": True}
    assert "secret" not in str(event.data)


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", "New-secret-9", "New-secret-9", "oldpassword"),
        (PASSWORD, "New-secret-9", "New-secret-8", "password2"),
        (PASSWORD, "Sh0rt-x", "Sh0rt-x", "password1"),
        (PASSWORD, "onlysmallletters", "onlysmallletters", "password1"),
        (PASSWORD, "Password1", "Password1", "password1"),
        (PASSWORD, "Worker-1", "Worker-1", "password1"),
    ],
)
def test_rules_of_a_new_password_stand_at_their_field(
    client: Client, worker: User, old: str, new: str, again: str, field: str
) -> None:
    sign_in(client)
    form = {"oldpassword": old, "password1": new, "password2": again}
    response = client.post(CHANGE, form)
    assert list(response.context["form"].errors) == [field]


def test_a_first_password_is_changed_before_anything_else(
    client: Client, worker: User
) -> None:
    User.objects.update(must_change_password=True, is_staff=True)
    sign_in(client)
    response = client.get(reverse("admin:index"))
    assert response["Location"] == CHANGE
    api = client.get("/api/v1/requests/")
    assert api.status_code in (403, 404)
    form = {
        "oldpassword": PASSWORD,
        "password1": "New-secret-9",
        "password2": "New-secret-9",
    }
    assert client.post(CHANGE, form).status_code == 302
    worker.refresh_from_db()
    assert not worker.must_change_password
    assert client.get(reverse("admin:index")).status_code == 200


def test_three_kinds() -> None:
    rule = ThreeKindsValidator()
    for good in ("abcDEF123", "abc-123-x", "ABC_123_", "中文abcD"):
        rule.validate(good)
    for bad in ("abcdefgh", "abcdEFGH", "12345678", "abc12345"):
        with pytest.raises(ValidationError):
            rule.validate(bad)


def test_the_token_command() -> None:
    User.objects.create_user("program", password=PASSWORD)
    first, second = io.StringIO(), io.StringIO()
    call_command("api_token", "program", stdout=first)
    call_command("api_token", "program", stdout=second)
    assert first.getvalue() == second.getvalue()
    assert len(first.getvalue().strip()) == 40
    assert Event.objects.filter(name="account.token_made").count() == 1
    assert first.getvalue().strip() not in str(list(Event.objects.values()))
    with pytest.raises(CommandError, match="nobody"):
        call_command("api_token", "nobody")
    User.objects.update(is_active=False)
    with translation.override("en"), pytest.raises(CommandError, match="closed"):
        call_command("api_token", "program")


def test_making_an_account() -> None:
    user = accounts.create("newcomer", PASSWORD, name="陈新", by="desk")
    assert user.must_change_password
    assert user.check_password(PASSWORD)
    for name, password, field in (
        ("newcomer", PASSWORD, "username"),
        ("bad name", PASSWORD, "username"),
        ("another", "short", "password"),
    ):
        with pytest.raises(Invalid) as refusal:
            accounts.create(name, password)
        assert list(refusal.value.fields) == [field]
