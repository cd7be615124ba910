"""The admin: every core page opens, changes go through the actions."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from governance.core import dictionaries, worktime
from governance.core.models import (
    CalendarDay,
    CalendarYear,
    Dictionary,
    DictionaryItem,
    Event,
    User,
)

pytestmark = pytest.mark.django_db
CORE = sorted(
    model._meta.model_name or ""
    for model in admin.site._registry
    if model._meta.app_label == "core"
)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    worktime.forget()
    dictionaries.forget()
    yield
    worktime.forget()
    dictionaries.forget()


@pytest.fixture
def clerk(client: Client) -> User:
    """An administrator by group, not a superuser."""
    from django.contrib.auth.models import Group

    user = User.objects.create_user("clerk", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="admin"))
    client.force_login(user)
    return user


def test_what_should_be_registered_is() -> None:
    assert {
        "attachment",
        "calendarday",
        "calendaryear",
        "delivery",
        "dictionary",
        "dictionaryitem",
        "event",
        "user",
    } <= set(CORE)


@pytest.mark.parametrize("model", CORE)
def test_every_list_and_form_opens(admin_client: Client, model: str) -> None:
    list_url = reverse(f"admin:core_{model}_changelist")
    assert admin_client.get(list_url).status_code == 200
    assert admin_client.get(list_url, {"q": "1"}).status_code == 200
    add = admin_client.get(reverse(f"admin:core_{model}_add"))
    is_read_only = model in {
        "event",
        "outbox",
        "delivery",
        "heartbeat",
        "attachment",
        "notice",
        "idempotencykey",
    }
    assert add.status_code == (403 if is_read_only else 200)


def test_a_year_is_published_from_a_file(clerk: User, client: Client) -> None:
    data = "date,kind,name\n2027-01-01,holiday,元旦\n".encode()
    response = client.post(
        reverse("admin:core_calendaryear_add"),
        {"year": 2027, "file": SimpleUploadedFile("y.csv", data)},
    )
    assert response.status_code == 302
    assert not worktime.is_working_day(date(2027, 1, 1))
    event = Event.objects.get(name="calendar.published")
    assert (event.actor, event.data["year"]) == (clerk, 2027)
    assert CalendarYear.objects.get(year=2027).source == "y.csv"


def test_faults_of_a_file_stand_at_the_file(clerk: User, client: Client) -> None:
    data = b"date,kind\n2027-01-01,holiday\n2027-13-01,holiday\n"
    response = client.post(
        reverse("admin:core_calendaryear_add"),
        {"year": 2027, "file": SimpleUploadedFile("y.csv", data)},
    )
    assert response.status_code == 200
    assert "3" in response.context["adminform"].form.errors["file"][0]
    unknown = client.post(reverse("admin:core_calendaryear_add"), {"year": 2027})
    assert "year" in unknown.context["adminform"].form.errors
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_one_day_is_named_changed_and_taken_back(clerk: User, client: Client) -> None:
    storm = {"date": "2026-09-08", "kind": "holiday", "name": "台风"}
    add = reverse("admin:core_calendarday_add")
    assert client.post(add, storm).status_code == 302
    assert not worktime.is_working_day(date(2026, 9, 8))
    change = reverse("admin:core_calendarday_change", args=["2026-09-08"])
    assert client.post(change, {**storm, "kind": "workday"}).status_code == 302
    assert worktime.is_working_day(date(2026, 9, 8))
    delete = reverse("admin:core_calendarday_delete", args=["2026-09-08"])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not CalendarDay.objects.filter(date="2026-09-08").exists()
    assert Event.objects.filter(name="calendar.published").count() == 3
    stray = client.post(add, {**storm, "date": "2031-09-08"})
    assert "date" in stray.context["adminform"].form.errors


def test_a_dictionary_takes_a_file(clerk: User, client: Client) -> None:
    row = Dictionary.objects.get(code="public_category")
    count = row.items.count()
    data = "code,label_zh\nwater,积水\nnoise,噪声\n".encode()
    url = reverse("admin:core_dictionary_change", args=[row.pk])
    page = client.get(url)
    assert page.status_code == 200
    form = {
        "label_zh": row.label_zh,
        "label_en": "Tiles",
        "note": "",
        "items-TOTAL_FORMS": 0,
        "items-INITIAL_FORMS": 0,
    }
    bad = SimpleUploadedFile("d.csv", b"code,label_zh\n,x\n")
    response = client.post(url, {**form, "file": bad})
    assert "2" in response.context["adminform"].form.errors["file"][0]
    good = SimpleUploadedFile("d.csv", data)
    assert client.post(url, {**form, "file": good}).status_code == 302
    assert row.items.count() == count + 1
    noise = dictionaries.item("public_category", "noise")
    assert noise is not None
    assert noise.label_zh == "噪声"


def test_a_long_dictionary_is_edited_in_its_list(clerk: User, client: Client) -> None:
    row = Dictionary.objects.get(code="request_category")
    page = client.get(reverse("admin:core_dictionary_change", args=[row.pk]))
    assert b"items-TOTAL_FORMS" not in page.content
    url = reverse("admin:core_dictionaryitem_changelist")
    listed = client.get(url, {"dictionary__id__exact": row.pk})
    assert listed.status_code == 200
    assert listed.context["cl"].result_count > 517


def test_an_entry_stays_in_its_list(clerk: User, client: Client) -> None:
    light = DictionaryItem.objects.get(code="light")
    alien = DictionaryItem.objects.get(code="010204")
    url = reverse("admin:core_dictionaryitem_change", args=[light.pk])
    form = {"label_zh": "路灯", "order": 1, "data": "{}", "is_active": "on"}
    for parent in (alien.pk, light.pk):
        response = client.post(url, {**form, "parent": parent})
        assert "parent" in response.context["adminform"].form.errors
    assert client.post(url, form).status_code == 302
    found = dictionaries.item("public_category", "light")
    assert found is not None
    assert found.label == "路灯"


# the posts of an account stand in its form: none is added here
NO_POSTS = {"posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0"}


def test_a_new_account_must_change_its_password(clerk: User, client: Client) -> None:
    response = client.post(
        reverse("admin:core_user_add"),
        {
            "username": "newcomer",
            "name": "陈新",
            **NO_POSTS,
            "password1": "Grid-worker-7",
            "password2": "Grid-worker-7",
            "usable_password": "true",
        },
    )
    assert response.status_code == 302
    user = User.objects.get(username="newcomer")
    assert user.must_change_password
    event = Event.objects.get(name="account.created")
    assert (event.subject_id, event.actor) == (user.pk, clerk)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    again = client.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {
            "password1": "Grid-worker-8",
            "password2": "Grid-worker-8",
            "usable_password": "true",
        },
    )
    assert again.status_code == 302
    user.refresh_from_db()
    assert user.must_change_password
    assert user.check_password("Grid-worker-8")


def test_weak_first_passwords_are_refused(clerk: User, client: Client) -> None:
    for weak in ("short-1A", "alllowercase", "newcomer1!"):
        response = client.post(
            reverse("admin:core_user_add"),
            {
                "username": "newcomer",
                "password1": weak[:7] if weak.startswith("short") else weak,
                "password2": weak[:7] if weak.startswith("short") else weak,
                "usable_password": "true",
            },
        )
        assert "password2" in response.context["adminform"].form.errors, weak
    assert not User.objects.filter(username="newcomer").exists()


def test_nobody_hands_himself_rights(clerk: User, client: Client) -> None:
    url = reverse("admin:core_user_change", args=[clerk.pk])
    form = {"username": "clerk", "name": "职员", "is_active": "on", **NO_POSTS}
    response = client.post(url, {**form, "is_superuser": "on", "groups": [1]})
    assert response.status_code == 302
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert clerk.is_staff
    assert clerk.name == "职员"
    assert clerk.groups.count() == 1
    assert Event.objects.filter(name="account.changed").count() == 1
    boss = User.objects.create_superuser("boss", password="x")
    assert client.post(
        reverse("admin:core_user_change", args=[boss.pk]), {"username": "taken"}
    ).status_code in (302, 403)
    boss.refresh_from_db()
    assert boss.username == "boss"
    password = client.post(
        reverse("admin:auth_user_password_change", args=[boss.pk]),
        {"password1": "Mine-now-1", "password2": "Mine-now-1"},
    )
    assert password.status_code == 403
    assert client.get(
        reverse("admin:core_user_delete", args=[boss.pk])
    ).status_code in (302, 403)


def test_the_log_cannot_be_written_even_by_a_superuser(admin_client: Client) -> None:
    row = Event.objects.create(
        name="x.y",
        subject_type="x",
        subject_id=1,
        thread_id=1,
        occurred_at="2026-11-19T00:00Z",
    )
    change = reverse("admin:core_event_change", args=[row.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"name": "z"}).status_code == 403


def test_without_the_permission_nothing_is_there(client: Client) -> None:
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_calendarday"))
    client.force_login(user)
    assert client.get(reverse("admin:core_calendarday_changelist")).status_code == 200
    assert client.get(reverse("admin:core_calendarday_add")).status_code == 403
    assert client.get(reverse("admin:core_user_changelist")).status_code == 403
