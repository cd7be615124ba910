"""No sheet of paper, workbook or message page carries a private request to who may not see it."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from openpyxl import load_workbook

from governance.core import consumers, dictionaries
from governance.core.models import Event
from grids.models import AccessRecord
from requests_hub import gateways
from requests_hub.actions import bulletins, likeness, likeness_many, privacy
from requests_hub.assessment.periods import period_of
from requests_hub.models import HotIssue, HotlineMessage, Likeness, Request, Sending
from tests.cast import signed_in
from tests.factories.requests_hub import Makers, submit

pytestmark = pytest.mark.django_db
WORDS = "清河路桥头路灯坏了，夜里看不见路，老人出门害怕。"
SECRET = "路灯坏了，李某某不修"
OUTSIDERS = ("leader", "admin", "grid_leader_a")


@pytest.fixture(autouse=True)
def _lists(settings: Any, forest: Any) -> Any:
    settings.DISTRICT_CODE = forest.district.code
    dictionaries.forget()
    call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def cast(cast: SimpleNamespace, forest: Any) -> SimpleNamespace:
    from grids.actions.posts import appoint
    from tests.factories import grids

    user = grids.make_user("grid_leader_a", "罗永强")
    appoint(user, "grid_leader", grid=forest.village_a1, by="test")
    return SimpleNamespace(**vars(cast), grid_leader_a=user)


@pytest.fixture
def rows(make: Makers, cast: SimpleNamespace) -> list[Request]:
    """Three of one matter; the first gives the issue its name and is private since."""
    rows = [
        submit(make.district, title=title, body=WORDS, reporter_phone=phone)
        for title, phone in (
            (SECRET, "13800000001"),
            ("路灯坏了", "13800000002"),
            ("路灯坏了看不见路", "13800000003"),
        )
    ]
    assert likeness_many.catch_up(make.district) == 3
    assert Likeness.objects.filter(issue=HotIssue.objects.get()).count() == 3
    HotIssue.objects.update(title=SECRET)
    privacy.hide(rows[0], by=cast.town_a, reason="涉及举报人")
    hidden = Event.objects.filter(name="request.hidden")
    consumers.deliver(list(hidden.values_list("pk", flat=True)))
    return rows


def words_of(answer: Any) -> str:
    """Every text of a page, a workbook or a Word file."""
    data = answer.content if not answer.streaming else b"".join(answer)
    if not data.startswith(b"PK"):
        return str(data.decode())
    if b"word/document.xml" in data:
        from docx import Document

        book = Document(BytesIO(data))
        cells = [c.text for t in book.tables for row in t.rows for c in row.cells]
        return " ".join([p.text for p in book.paragraphs] + cells)
    sheets = load_workbook(BytesIO(data)).worksheets
    return " ".join(
        str(cell) for sheet in sheets for row in sheet.values for cell in row
    )


def opened(user: Any, path: str) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code in (200, 403, 404), path
    return words_of(answer)


def test_an_issue_is_not_called_after_a_private_request(rows: list[Request]) -> None:
    issue = HotIssue.objects.get()
    assert issue.title in {row.title for row in rows[1:]}
    assert issue.size == 3
    Request.objects.update(is_private=True)
    likeness.retitle(rows[1].pk)
    assert HotIssue.objects.get().title not in {row.title for row in rows}
    Request.objects.update(is_private=False)
    likeness.retitle(rows[1].pk)
    assert HotIssue.objects.get().title in {row.title for row in rows}


@pytest.mark.parametrize("path", ["/hot/", "/hot/export/", "/hot/print/", "issue"])
def test_the_hot_list_in_each_form(
    path: str, rows: list[Request], cast: SimpleNamespace
) -> None:
    path = f"/hot/{HotIssue.objects.get().pk}/" if path == "issue" else path
    public = HotIssue.objects.get().title
    for name in ("leader", "grid_leader_a"):
        text = opened(getattr(cast, name), path)
        assert public in text, name
        for word in (SECRET, rows[0].no):
            assert word not in text, (name, word)
    if path.startswith("/hot/e") or path == "/hot/print/":
        return
    assert "3" in opened(cast.town_a, path)


@pytest.mark.parametrize("form", ["", "export/", "print/"])
def test_the_hotline_list_in_each_form(
    form: str, rows: list[Request], cast: SimpleNamespace
) -> None:
    for n, row in enumerate(rows[:2]):
        HotlineMessage.objects.create(
            district=row.district, number=f"GD{n}", request=row,
            large=row.large, medium=row.medium,
        )  # fmt: skip
    path = f"/registry/hotline-messages/{form}"

    def read(user: Any) -> str:
        if form != "export/":
            return opened(user, path)
        return words_of(signed_in(user).post(path))

    assert "GD0" in read(cast.town_a)
    for name in OUTSIDERS:
        assert "GD0" not in read(getattr(cast, name)), name


def test_the_sheet_of_one_request(rows: list[Request], cast: SimpleNamespace) -> None:
    path = f"/requests/{rows[0].no}/print/"
    assert rows[0].no in opened(cast.town_a, path)
    for name in OUTSIDERS:
        assert signed_in(getattr(cast, name)).get(path).status_code == 404, name


def test_a_bulletin_in_each_form(rows: list[Request], cast: SimpleNamespace) -> None:
    month = period_of("month", timezone.localdate())
    row = bulletins.issue(rows[0].district_id, month, by=cast.district)
    for ending in ("", "docx/", "xlsx/"):
        text = opened(cast.leader, f"/bulletins/{row.pk}/{ending}")
        assert "路灯坏了" in text, ending
        assert SECRET not in text, ending


# --- Messages out -----------------------------------------------------------------------------


@pytest.fixture
def told(rows: list[Request]) -> Sending:
    return gateways.send(
        "email", "who@example.org", SECRET, f"{SECRET}：已办结", "k1", request=rows[0]
    )


def test_messages_about_it_are_masked_for_administrators(
    told: Sending, cast: SimpleNamespace
) -> None:
    page = f"/sendings/{told.pk}/"
    for name in ("district", "auditor"):
        assert SECRET in opened(getattr(cast, name), page), name
    for path in ("/sendings/", page):
        assert SECRET not in opened(cast.admin, path), path
    assert signed_in(cast.town_a).get(page).status_code == 403


def test_a_look_needs_a_reason_and_is_on_record(
    told: Sending, cast: SimpleNamespace
) -> None:
    client, page = signed_in(cast.admin), f"/sendings/{told.pk}/"
    refused = client.post(f"{page}open/", {"reason": ""})
    assert refused.status_code == 422
    assert SECRET not in refused.content.decode()
    assert client.post(f"{page}open/", {"reason": "other"}).status_code == 422
    assert not AccessRecord.objects.exists()
    assert client.post(f"{page}open/", {"reason": "handle"}).status_code == 302
    shown = client.get(page)
    assert SECRET in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    note = AccessRecord.objects.get()
    assert (note.user, note.subject_id, note.subject_type) == (
        cast.admin,
        told.pk,
        "sending",
    )
    event = Event.objects.get(name="sending.unmasked")
    assert SECRET not in str(event.data)
    list_of_all = client.get("/sendings/").content.decode()
    assert SECRET not in list_of_all, "one message was opened, not the list"
