"""Appointing and ending, and the demo's people."""

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from governance.core.errors import Conflict, Invalid
from governance.core.models import Event, User
from grids.actions.departments import load_departments
from grids.actions.posts import appoint, end
from grids.models import Department, Grid, Post
from tests.factories import grids as make


def test_appoint_adds_the_group_once(forest: SimpleNamespace) -> None:
    user = make.make_user("new")
    post = appoint(user, "grid_worker", grid=forest.village_a1, by="test")
    assert appoint(user, "grid_worker", grid=forest.village_a1, by="test") == post
    assert user.groups.filter(name="grid_worker").exists()
    assert Event.objects.filter(name="post.begun").count() == 1
    assert not user.is_staff


def test_an_administrator_may_enter_the_admin(
    forest: SimpleNamespace, client: Client
) -> None:
    user = make.make_user("boss")
    appoint(user, "admin", district=forest.district, by="test")
    client.force_login(user)
    assert client.get("/admin/grids/post/").status_code == 200
    assert client.get("/admin/grids/department/").status_code == 200
    assert client.get("/admin/grids/grid/").status_code == 200
    assert client.get("/admin/grids/grid/add/").status_code == 403


def test_a_post_is_begun_and_ended_in_the_admin(
    cast: SimpleNamespace, client: Client
) -> None:
    client.force_login(cast.admin)
    place = {
        "role": "grid_worker",
        "district": cast.admin.posts.get().district_id,
        "department": "",
    }
    form = {**place, "user": cast.outsider.pk, "starts_on": "2026-01-05", "section": ""}
    refused = client.post("/admin/grids/post/add/", {**form, "grid": ""})
    assert refused.status_code == 200
    village = Grid.objects.get(code="445302001009")
    answer = client.post("/admin/grids/post/add/", {**form, "grid": village.pk})
    assert answer.status_code == 302
    post = Post.objects.get(user=cast.outsider)
    assert Event.objects.filter(
        name="post.begun", subject_id=post.pk, actor=cast.admin
    ).exists()
    assert cast.outsider.groups.filter(name="grid_worker").exists()
    chosen = {"action": "end_posts", "_selected_action": [post.pk]}
    assert client.post("/admin/grids/post/", chosen).status_code == 302
    post.refresh_from_db()
    assert post.ends_on is not None
    assert client.post(f"/admin/grids/post/{post.pk}/delete/").status_code == 403


def test_a_post_is_begun_inside_an_account(
    cast: SimpleNamespace, client: Client
) -> None:
    client.force_login(cast.admin)
    url = f"/admin/core/user/{cast.outsider.pk}/change/"
    assert client.get(url).status_code == 200
    village = Grid.objects.get(code="445302001009")
    form = {
        "username": "outsider", "name": "苏文杰", "title": "", "phone_tail": "", "email": "",
        "is_active": "on", "posts-TOTAL_FORMS": "1", "posts-INITIAL_FORMS": "0",
        "posts-0-role": "grid_worker", "posts-0-district": village.district_id,
        "posts-0-grid": village.pk, "posts-0-department": "", "posts-0-section": "",
        "posts-0-starts_on": "2026-01-05",
    }  # fmt: skip
    answer = client.post(url, form)
    assert answer.status_code == 302, answer.context["errors"]
    assert Post.objects.get(user=cast.outsider).role == "grid_worker"
    assert Event.objects.filter(name="post.begun", actor=cast.admin).exists()


@pytest.mark.parametrize(
    ("role", "where", "field"),
    [
        ("mayor", {}, "role"),
        ("officer", {}, "department"),
        ("grid_worker", {}, "grid"),
        ("grid_worker", {"grid": "town_a"}, "grid"),
        ("township", {"grid": "village_a1"}, "grid"),
        ("leader", {"grid": "town_a"}, "grid"),
        ("leader", {}, "district"),
    ],
)
def test_a_place_must_fit_the_role(
    forest: SimpleNamespace, role: str, where: dict[str, str], field: str
) -> None:
    places: dict[str, Any] = {key: getattr(forest, name) for key, name in where.items()}
    with pytest.raises(Invalid) as refused:
        appoint(make.make_user("x"), role, by="test", **places)
    assert field in refused.value.fields


def test_end_leaves_the_group_unless_another_post_has_the_role(
    forest: SimpleNamespace,
) -> None:
    user = make.make_user("w")
    day = timezone.localdate() - dt.timedelta(days=30)
    one = appoint(user, "grid_worker", grid=forest.village_a1, starts_on=day, by="test")
    two = appoint(user, "grid_worker", grid=forest.village_a2, starts_on=day, by="test")
    end(one, by="test")
    assert user.groups.filter(name="grid_worker").exists()
    ended = end(two, by="test")
    assert ended.ends_on == timezone.localdate() - dt.timedelta(days=1)
    assert not user.groups.filter(name="grid_worker").exists()
    assert not Post.objects.current().filter(user=user).exists()
    with pytest.raises(Conflict):
        end(two, by="test")


def test_the_database_refuses_a_post_at_the_wrong_place(cast: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(user=cast.officer_a).update(department=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(user=cast.worker_a).update(
            ends_on=timezone.localdate() - dt.timedelta(days=9)
        )


def test_departments_load_once_and_keep_edits(district: Any) -> None:
    assert load_departments(district, by="test") >= 29
    first = Department.objects.first()
    assert first is not None
    Department.objects.filter(pk=first.pk).update(name="改名")
    assert load_departments(district, by="test") == 0
    assert Department.objects.get(pk=first.pk).name == "改名"
    assert all(
        d.short_name and d.name_en and d.duties for d in Department.objects.all()
    )


@pytest.mark.django_db
def test_no_demo_accounts_is_said() -> None:
    with pytest.raises(CommandError):
        call_command("demo_accounts")


@pytest.mark.django_db
def test_the_demo_loads_and_loads_again(capsys: Any) -> None:
    call_command("load_demo")
    counts = Grid.objects.count(), User.objects.count(), Post.objects.count()
    call_command("load_demo")
    assert (Grid.objects.count(), User.objects.count(), Post.objects.count()) == counts
    capsys.readouterr()
    call_command("demo_accounts", as_json=True)
    rows = json.loads(capsys.readouterr().out)
    by_name = {row["username"]: row for row in rows}
    assert set(rows[0]) == {
        "username",
        "password",
        "role",
        "role_label",
        "post",
        "name",
    }
    assert {row["role"] for row in rows} >= set(Post.Role.values)
    assert by_name["officer_a"]["post"] == "城管综合执法局"
    assert by_name["outsider"]["role"] == ""
    reached = (
        Post.objects.filter(role="officer").values("department").distinct().count()
    )
    assert reached == Department.objects.count()
    street = Grid.objects.filter(level="medium", code__startswith="445302001")
    assert not street.exclude(posts__role="grid_worker").exists()
    assert User.objects.get(username="town_a").check_password(
        by_name["town_a"]["password"]
    )
