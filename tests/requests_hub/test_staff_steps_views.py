"""Taking steps on pages: forms from the workflow, refusals beside fields, masks and paper."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from governance.core import attachments
from governance.core.models import Attachment, Event
from requests_hub.models import Request, Task
from requests_hub.queries import choices
from tests.cast import As
from tests.factories.requests_hub import Makers, task_of


@pytest.fixture(autouse=True)
def _fresh_choices() -> None:
    choices.forget()


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")


def test_whistle_form_calls_lead_and_assisting(make: Makers, sign_in: As) -> None:
    row, d = make.request("accepted"), make.departments
    url = f"/requests/{row.no}/step/whistle/"
    client = sign_in("town_a")
    html = client.get(url).content.decode()
    assert 'type="radio" name="lead"' in html
    assert 'type="checkbox" name="assist"' in html
    answer = client.post(
        url,
        {
            "lead": d["urban_management"].pk,
            "assist": [d["transport"].pk, d["urban_management"].pk],
            "kind": "routine",
            "due_usual": "3d",
            "report_in_within_usual": "other",
            "report_in_within_other": "2小时",
            "note": "一起去看",
        },
    )
    assert answer.status_code == 302
    calls = {t.department.code: t for t in Task.objects.filter(request=row)}
    assert set(calls) == {"urban_management", "transport"}
    assert calls["urban_management"].is_lead
    assert calls["transport"].limit == "3d"
    assert calls["transport"].report_in_limit == "2h"


def test_errors_stand_beside_their_fields(make: Makers, sign_in: As) -> None:
    row = make.request("accepted")
    client = sign_in("town_a")
    answer = client.post(
        f"/requests/{row.no}/step/whistle/",
        {"kind": "routine", "due_usual": "other", "due_other": "x"},
    )
    assert answer.status_code == 422
    assert {"lead", "due"} <= set(answer.context["form"].errors)
    reject = client.post(f"/requests/{row.no}/step/reject/", {"reason": ""})
    assert "reason" in reject.context["form"].errors
    assert 'aria-invalid="true"' in reject.content.decode()


def test_a_step_that_is_not_possible_says_so(make: Makers, sign_in: As) -> None:
    row = make.request("accepted")
    assert sign_in("town_a").get(f"/requests/{row.no}/step/accept/").status_code == 409
    assert (
        sign_in("worker_a").get(f"/requests/{row.no}/step/whistle/").status_code == 403
    )
    assert sign_in("town_b").get(f"/requests/{row.no}/step/whistle/").status_code == 404
    task = task_of(make.request("whistled"), make.departments["transport"])
    assert sign_in("town_b").get(f"/tasks/{task.pk}/step/report_in/").status_code == 404
    assert sign_in("officer_b").get(f"/tasks/{task.pk}/step/claim/").status_code == 409


def test_department_takes_its_steps_with_photos(make: Makers, sign_in: As) -> None:
    task = task_of(make.request("whistled"), make.departments["transport"])
    client = sign_in("officer_b")
    base = f"/tasks/{task.pk}/step"
    client.post(f"{base}/report_in/", {"who": "吴海燕"})
    client.post(
        f"{base}/claim/", {"plan": "今天换井盖", "planned_for": "2026-11-25T09:00"}
    )
    client.post(f"{base}/handle/", {"note": "已到场", "files": [picture()]})
    client.post(f"{base}/reply/", {"reply": "已换好", "files": [picture()]})
    task.refresh_from_db()
    assert (task.state, task.reply, task.plan) == ("replied", "已换好", "今天换井盖")
    purposes = attachments.of(task.request).values_list("purpose", flat=True)
    assert sorted(purposes) == ["after", "during"]


def test_photos_survive_a_refusal(make: Makers, sign_in: As) -> None:
    row, client = make.request("accepted"), sign_in("town_a")
    url = f"/requests/{row.no}/step/reply/"
    long = "长" * 3000
    refused = client.post(url, {"reply": long, "files": [picture()]})
    assert refused.status_code == 422
    kept = refused.context["form"].kept_value
    assert Attachment.objects.filter(pk=kept, subject_id=None).exists()
    assert client.post(url, {"reply": "已换好", "kept": kept}).status_code == 302
    assert attachments.of(row).count() == 1


def test_check_passes_and_closes_in_one_page(make: Makers, sign_in: As) -> None:
    row = make.request("replied")
    client = sign_in("worker_a")
    assert client.get(f"/requests/{row.no}/verify/").status_code == 200
    missing = client.post(f"/requests/{row.no}/verify/", {"pass": "1", "note": ""})
    assert missing.status_code == 422
    client.post(
        f"/requests/{row.no}/verify/",
        {"pass": "1", "note": "路面平整", "files": [picture()]},
    )
    row.refresh_from_db()
    assert row.state == "closed"
    assert attachments.of(row).filter(purpose="check").count() == 1


def test_check_sends_back(make: Makers, sign_in: As) -> None:
    row = make.request("replied")
    sign_in("worker_a").post(
        f"/requests/{row.no}/verify/", {"again": "1", "note": "还在积水"}
    )
    row.refresh_from_db()
    assert row.state == "reworked"


def test_name_and_phone_are_masked_until_a_reason_is_given(
    make: Makers, sign_in: As
) -> None:
    row = make.request(reporter_name="陈芳芳", reporter_phone="13812342046")
    client, url = sign_in("town_a"), f"/requests/{row.no}/"
    for page in (url, f"{url}print/"):
        html = client.get(page).content.decode()
        assert "陈芳芳" not in html
        assert "13812342046" not in html
    refused = client.post(f"{url}unmask/", {"reason": "other", "words": ""})
    assert refused.status_code == 422
    shown = client.post(f"{url}unmask/", {"reason": "contact"})
    assert "陈芳芳" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    event = Event.objects.get(name="request.unmasked")
    assert event.actor.username == "town_a"
    assert event.data["reason"] == "contact"
    assert "13812342046" not in str(event.data)
    assert "陈芳芳" not in client.get(url).content.decode()
    assert (
        sign_in("leader").post(f"{url}unmask/", {"reason": "contact"}).status_code
        == 403
    )


def test_paper_carries_the_number_and_who_printed(make: Makers, sign_in: As) -> None:
    row = make.request("closed")
    html = sign_in("town_a").get(f"/requests/{row.no}/print/").content.decode()
    assert row.no in html
    assert "陈志强" in html
    assert "<svg viewBox" in html or 'class="qr"' in html
    assert "style=" not in html


def test_staff_write_a_request_down_once(cast: Any, forest: Any, sign_in: As) -> None:
    from requests_hub.forms.intake import category_groups

    client = sign_in("town_a")
    form = client.get("/requests/new/").context["form"]
    groups = category_groups()
    given = {
        "key": form.initial["key"],
        "title": "路灯不亮",
        "body": "幸福巷路灯坏了三天。",
        "category": groups[1][1][0][0],
        "urgency": "ordinary",
        "grid": forest.village_a1.pk,
        "reporter_phone": "138 1234 2046",
    }
    for _twice in range(2):
        assert client.post("/requests/new/", given).status_code == 302
    row = Request.objects.get()
    assert (row.channel, row.created_by, row.medium_id) == (
        "staff",
        cast.town_a,
        forest.village_a1.pk,
    )
    wrong = client.post(
        "/requests/new/", {**given, "key": "k2", "reporter_phone": "1381234"}
    )
    assert "reporter_phone" in wrong.context["form"].errors


def test_an_excluded_request_says_so_once_in_its_head(
    make: Makers, sign_in: As
) -> None:
    row = make.request("closed")
    Request.objects.filter(pk=row.pk).update(is_excluded=True)
    page = sign_in("town_a").get(f"/requests/{row.no}/").content.decode()
    assert (
        page.split("<h1>", 1)[1]
        .split("</h1>", 1)[1]
        .split("</p>", 1)[0]
        .count("已剔除")
        == 1
    )
