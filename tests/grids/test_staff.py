"""Staff from rows, a district from nothing, first passwords on slips."""

import datetime as dt
import io
import re
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from governance.core.errors import Invalid, NotAllowed
from governance.core.models import Event, User
from grids.actions import staff
from grids.models import District, Post


def test_a_district_begins_with_one_account(db: None, client: Client) -> None:
    out = io.StringIO()
    call_command("create_district", "999901", "示例区", "--username=start", stdout=out)
    assert District.objects.get().name == "示例区"
    password = re.search(r"[A-Z]{4}-[a-z]{4}-[2-9]{4}", out.getvalue())
    assert password
    user = User.objects.get(username="start")
    assert user.check_password(password.group())
    assert user.must_change_password
    assert [p.role for p in user.posts.all()] == ["district"]
    with pytest.raises(CommandError):
        call_command("create_district", "999901", "又一区", "--username=more")
    with pytest.raises(CommandError):
        call_command("create_district", "9999", "短", "--username=more")
    assert not User.objects.filter(username="more").exists()


def test_a_row_makes_the_account_and_its_post(cast: SimpleNamespace) -> None:
    grid = cast.worker_a.posts.get().grid
    values = {"username": "new1", "name": "赖文", "role": "grid_worker", "grid": grid}
    post = staff.save_staff(None, values, by=cast.town_a)
    assert (post.user.name, post.grid, post.role) == ("赖文", grid, "grid_worker")
    assert not post.user.has_usable_password() or post.user.must_change_password
    again = staff.save_staff(None, values, by=cast.town_a)
    assert again == post
    assert Event.objects.filter(name="account.created").count() == 1


def test_another_place_ends_the_first_post(cast: SimpleNamespace) -> None:
    old = cast.worker_a.posts.get()
    Post.objects.filter(pk=old.pk).update(starts_on=dt.date(2026, 1, 5))
    old.refresh_from_db()
    small = old.grid.children.first()
    new = staff.save_staff(old, {"grid": small}, by=cast.town_a)
    old.refresh_from_db()
    assert old.ends_on is not None
    assert new.pk != old.pk
    assert new.grid == small


@pytest.mark.parametrize(
    "role", ["admin", "auditor", "district", "township", "officer"]
)
def test_a_town_gives_only_roles_of_the_grid(cast: SimpleNamespace, role: str) -> None:
    values = {"username": "climber", "name": "某", "role": role}
    with pytest.raises(NotAllowed):
        staff.save_staff(None, values, by=cast.town_a)
    assert not User.objects.filter(username="climber").exists()


def test_a_town_appoints_in_its_own_area(cast: SimpleNamespace) -> None:
    grid = cast.worker_b.posts.get().grid
    values = {"username": "far", "name": "某", "role": "grid_worker", "grid": grid}
    with pytest.raises(NotAllowed):
        staff.save_staff(None, values, by=cast.town_a)
    with pytest.raises(NotAllowed):
        staff.save_staff(cast.worker_b.posts.get(), {"title": "某"}, by=cast.town_a)


def test_the_role_decides_the_place(cast: SimpleNamespace) -> None:
    values = {"username": "lost", "name": "某", "role": "grid_worker"}
    with pytest.raises(Invalid) as refusal:
        staff.save_staff(None, values, by=cast.district)
    assert "grid" in refusal.value.fields
    assert not User.objects.filter(username="lost").exists()


def test_slips_tell_each_password_once(cast: SimpleNamespace, client: Client) -> None:
    grid = cast.worker_a.posts.get().grid
    values = {"username": "new1", "name": "赖文", "role": "liaison", "grid": grid}
    values["grid"] = grid.children.first()
    post = staff.save_staff(None, values, by=cast.town_a)
    client.force_login(cast.town_a)
    assert "new1" in client.get("/grids/staff/slips/").content.decode()
    told = client.post("/grids/staff/slips/", {"user": post.user_id}).content.decode()
    password = re.search(r"[A-Z]{4}-[a-z]{4}-[2-9]{4}", told)
    assert password
    post.user.refresh_from_db()
    assert post.user.check_password(password.group())
    assert post.user.must_change_password
    assert password.group() not in client.get("/grids/staff/slips/").content.decode()


def test_slips_never_reset_who_has_signed_in(
    cast: SimpleNamespace, client: Client
) -> None:
    client.force_login(cast.worker_a)
    assert client.get("/grids/staff/slips/").status_code == 403
    cast.worker_a.refresh_from_db()
    with pytest.raises(NotAllowed):
        staff.give_first_passwords([cast.worker_a], by=cast.town_a)
    assert cast.worker_b not in staff.newcomers(cast.town_a)
