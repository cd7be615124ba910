"""Visits from a phone's queue, and when the next one falls due."""

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.core import consumers
from governance.core.errors import NotHere
from governance.core.models import Attachment, Event
from grids.actions import households, visits
from grids.actions.persons import save_person
from grids.models import Household, Visit
from grids.registers import base
from tests.factories.persons import make_care, make_household, make_person
from tests.requests_hub.test_field_report import picture, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(forest: SimpleNamespace) -> Household:
    home = make_household(forest.micro_a1_1_1)
    make_person(forest.micro_a1_1_1, 1, household_no="H-1", relation="02")
    return Household.objects.get(pk=home.pk)


def visit_of(client: Client, home: Household, key: str, **changes: Any) -> Any:
    data = {"key": key, "condition": "well", "checks": "power,gas", **changes}
    return queue(client, f"/households/{home.pk}/visit/", key, data)


def test_the_queue_gets_its_key_back_and_pictures_follow_one_by_one(
    client: Client, cast: SimpleNamespace, home: Household
) -> None:
    client.force_login(cast.worker_a)
    key = str(uuid.uuid4())
    first = visit_of(client, home, key, owner=cast.worker_a.pk).json()
    again = visit_of(client, home, key, owner=cast.worker_a.pk).json()
    assert first == again
    assert first["key"] == key
    assert home.visits.get().pk == first["id"]
    for _again in range(2):
        answer = queue(client, first["photo_url"], "p-1", {"photo": picture()})
        assert (answer.status_code, answer.json()["key"]) == (201, "p-1")
    assert Attachment.objects.get(subject_type="visit").subject_id == first["id"]


def test_a_refused_or_foreign_draft_stays_on_the_phone(
    client: Client, cast: SimpleNamespace, home: Household
) -> None:
    client.force_login(cast.worker_a)
    bad = visit_of(client, home, "k-1", condition="")
    assert bad.status_code == 400
    assert bad.json()["key"] == "k-1"
    assert "condition" in bad.json()["fields"]
    other = visit_of(client, home, "k-2", owner=cast.worker_b.pk)
    assert (other.status_code, other.json()["key"]) == (401, "k-2")
    client.force_login(cast.worker_b)
    assert visit_of(client, home, "k-3").status_code == 404
    assert not Visit.objects.exists()


def test_another_persons_visit_takes_no_picture(cast, home) -> None:
    made = households.visit(home, by=cast.worker_a, condition="well")
    with pytest.raises(NotHere):
        visits.attach_photo(made, by=cast.town_a, file=picture(), idempotency_key="p-1")


def test_the_form_for_any_household_goes_without_a_script(
    client: Client, cast: SimpleNamespace, home: Household
) -> None:
    client.force_login(cast.worker_a)
    page = client.get(f"/field/visit/?household={home.pk}").content.decode()
    assert f'value="{home.pk}" selected' in page
    missing = client.post("/field/visit/", {"condition": "well"})
    assert missing.status_code == 422
    sent = client.post("/field/visit/", {"household": home.pk, "condition": "well"})
    assert sent["Location"] == f"/households/{home.pk}/"
    assert home.visits.count() == 1


def test_a_visit_never_made_stays_late(home) -> None:
    care = make_care(home.members.get())
    late = timezone.localdate() - dt.timedelta(days=9)
    Household.objects.update(next_visit_on=late)
    households.save_care(care, {"visit_every_days": 7}, by="test")
    assert visits.sweep_due() == 0
    home.refresh_from_db()
    assert home.next_visit_on == late


def test_care_that_ends_by_its_date_moves_the_next_visit_once(home, cast) -> None:
    today = timezone.localdate()
    person = home.members.get()
    short = make_care(person, "disabled", visit_every_days=7)
    make_care(person, "low_income", visit_every_days=60)
    households.visit(home, by=cast.worker_a, condition="well")
    yesterday = today - dt.timedelta(days=1)
    type(short).objects.filter(pk=short.pk).update(since=yesterday, until=yesterday)
    assert (visits.sweep_due(), visits.sweep_due()) == (1, 0)
    home.refresh_from_db()
    assert home.next_visit_on == today + dt.timedelta(days=60)


def test_care_that_is_ended_or_moves_in_is_followed(home, cast, forest) -> None:
    care = make_care(home.members.get())
    households.visit(home, by=cast.worker_a, condition="well")
    base.end(care, by=cast.worker_a, on=timezone.localdate())
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))
    home.refresh_from_db()
    assert home.next_visit_on is None
    guest = make_person(forest.micro_a1_1_1, 2, name="李小花")
    make_care(guest, visit_every_days=10)
    save_person(guest, {"household_no": "H-1"}, by="test")
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))
    home.refresh_from_db()
    assert home.next_visit_on == timezone.localdate() + dt.timedelta(days=10)


def test_the_last_contact_is_the_newest_visit_or_service(
    client: Client, cast: SimpleNamespace, home: Household
) -> None:
    ago = timezone.now() - dt.timedelta(days=40)
    households.visit(home, by=cast.worker_a, condition="well", visited_at=ago)
    day = timezone.localdate() - dt.timedelta(days=3)
    households.note_service(home, by=cast.worker_a, kind="meals", on=day)
    client.force_login(cast.worker_a)
    page = client.get(f"/households/{home.pk}/").content.decode()
    assert f"{day:%Y-%m-%d}" in page
