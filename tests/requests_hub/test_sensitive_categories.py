"""A category that is declared sensitive takes its requests along, and gives back only those."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from governance.core import consumers, dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import DictionaryItem, Event
from requests_hub.actions import intake, privacy, sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryFlag, Request
from tests.factories.requests_hub import Makers, submit

pytestmark = pytest.mark.django_db
LAMP, ABOVE = "010204", "0102"
WHY = "涉及未成年人"


@pytest.fixture(autouse=True)
def _lists(settings: Any, forest: Any) -> Any:
    settings.DISTRICT_CODE = forest.district.code
    dictionaries.forget()
    call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()
    yield
    dictionaries.forget()


def item(code: str) -> DictionaryItem:
    found = dictionaries.item(CATEGORIES, code)
    assert found is not None
    return found


@pytest.fixture
def lamps(make: Makers) -> list[Request]:
    """Three of the category, one of another; the last of the three is closed."""
    rows = [submit(make.district, category=item(LAMP)) for _n in range(2)]
    rows.append(make.request("closed", category=item(LAMP)))
    return [*rows, submit(make.district, category=item("010101"))]


def private(rows: list[Request]) -> list[bool]:
    found = Request.objects.in_bulk([row.pk for row in rows])
    return [found[row.pk].is_private for row in rows]


def work() -> None:
    """What the worker does with each event, until nothing new is said."""
    seen: set[int] = set()
    while new := set(Event.objects.values_list("pk", flat=True)) - seen:
        consumers.deliver(sorted(new))
        seen |= new


def test_existing_requests_follow_in_batches_each_with_its_event(
    lamps: list[Request], cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitive, "BATCH", 2)
    row = sensitive.flag(ABOVE, by=cast.district, reason=WHY)
    assert (row.total, row.done, row.state) == (3, 2, "hiding")
    work()
    row.refresh_from_db()
    assert (row.done, row.state) == (3, "done")
    assert private(lamps) == [True, True, True, False]
    told = Event.objects.filter(name="request.hidden")
    assert sorted(told.values_list("thread_id", flat=True)) == sorted(
        lamp.pk for lamp in lamps[:3]
    )
    assert WHY in told[0].data["note"]
    assert not Request.objects.visible_to(cast.leader).filter(pk=lamps[0].pk).exists()
    assert sensitive.go_on(row.pk) is None, "a second message finds nothing"
    assert submit(lamps[0].district, category=item(LAMP)).is_private


def test_without_the_existing_ones_they_stay_and_may_follow_later(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    row = sensitive.flag(LAMP, by=cast.admin, reason=WHY, with_existing=False)
    assert (row.total, row.state) == (0, "done")
    assert private(lamps) == [False] * 4
    later = sensitive.flag(LAMP, by=cast.district, reason=WHY)
    work()
    assert private(lamps) == [True, True, True, False]
    with pytest.raises(Conflict):
        sensitive.flag(LAMP, by=cast.district, reason=WHY)
    sensitive.undo(later, by=cast.district)
    work()
    assert private(lamps) == [False] * 4
    assert intake.is_sensitive(item(LAMP)), "the first decision stands"


def test_taking_it_back_publishes_nothing(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    sensitive.flag(LAMP, by=cast.district, reason=WHY)
    work()
    sensitive.unflag(LAMP, by=cast.district, reason="误设")
    work()
    assert private(lamps) == [True, True, True, False]
    assert not submit(lamps[0].district, category=item(LAMP)).is_private
    with pytest.raises(Conflict):
        sensitive.unflag(LAMP, by=cast.district, reason="再来一次")


def test_an_undo_gives_back_what_the_decision_alone_made_private(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    own = submit(lamps[0].district, category=item(LAMP), is_private=True)
    row = sensitive.flag(LAMP, by=cast.district, reason=WHY)
    work()
    first = Request.objects.get(pk=lamps[0].pk)
    privacy.unhide(first, by=cast.town_a, reason="当事人同意")
    privacy.hide(Request.objects.get(pk=first.pk), by=cast.town_a, reason="又不同意")
    sensitive.undo(CategoryFlag.objects.get(pk=row.pk), by=cast.district)
    work()
    row.refresh_from_db()
    assert row.state == "undone"
    assert private([own, *lamps]) == [True, True, False, False, False]
    assert not intake.is_sensitive(item(LAMP))
    assert Event.objects.filter(name="request.shown", data__step="unhide").count() == 3
    with pytest.raises(Conflict):
        sensitive.undo(row, by=cast.district)


def test_another_flag_keeps_it_private(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    row = sensitive.flag(LAMP, by=cast.district, reason=WHY)
    sensitive.flag(ABOVE, by=cast.district, reason=WHY)
    work()
    sensitive.undo(CategoryFlag.objects.get(pk=row.pk), by=cast.district)
    work()
    assert private(lamps) == [True, True, True, False]


def test_what_came_in_before_a_process_knew_follows(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    sensitive.flag(LAMP, by=cast.district, reason=WHY)
    work()
    late = submit(lamps[0].district, category=item(LAMP))
    Request.objects.filter(pk=late.pk).update(is_private=False)
    assert sensitive.sweep() == 1
    assert private([late]) == [True]
    assert sensitive.sweep() == 0


def test_who_may_not_and_what_is_missing(
    lamps: list[Request], cast: SimpleNamespace
) -> None:
    for name in ("town_a", "leader", "auditor", "officer_a", "resident"):
        with pytest.raises(NotAllowed):
            sensitive.flag(LAMP, by=getattr(cast, name), reason=WHY)
    with pytest.raises(Invalid):
        sensitive.flag(LAMP, by=cast.district, reason="  ")
    with pytest.raises(Invalid):
        sensitive.flag("none", by=cast.district, reason=WHY)
    assert private(lamps) == [False] * 4


def test_the_page_asks_about_existing_ones_and_undoes(
    lamps: list[Request], cast: SimpleNamespace, client: Client
) -> None:
    client.force_login(cast.admin)
    chosen = client.get("/sensitive/new/", {"category": LAMP})
    assert chosen["Location"] == f"/sensitive/{LAMP}/flag/"
    asked = client.get(chosen["Location"])
    assert asked.context["public"] == 3
    assert client.post(chosen["Location"], {"reason": ""}).status_code == 422
    given = {"reason": WHY, "with_existing": "on"}
    assert client.post(chosen["Location"], given).status_code == 302
    assert private(lamps) == [True, True, True, False]
    page = client.get("/sensitive/").content.decode()
    assert WHY in page
    assert "hx-trigger" in page, "the worker has not looked whether more is left"
    work()
    (line,) = client.get("/sensitive/").context["decisions"]
    assert line["can_undo"]
    client.post(f"/sensitive/{line['row'].pk}/undo/")
    work()
    assert private(lamps) == [False] * 4
    DictionaryItem.objects.filter(pk=item(LAMP).pk).update(data={"private": True})
    dictionaries.forget()
    rows = client.get("/sensitive/").context["rows"]
    by_code = {line["entry"].code: line["public"] for line in rows}
    assert by_code[LAMP] == 3, "flagged in the list of terms alone: said here"
    assert client.post(f"/sensitive/{LAMP}/unflag/", {"reason": WHY}).status_code == 302
    client.force_login(cast.leader)
    assert client.get("/sensitive/").status_code == 200
    assert client.post(f"/sensitive/{line['row'].pk}/undo/").status_code == 403
