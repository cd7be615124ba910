"""One request through the whole loop, and refused at each wrong step on the way."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import Image
from playwright.sync_api import Page

from requests_hub.models import Request, Task
from tests.browser.conftest import DESK

Enter = Callable[..., Page]


def picture() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (1800, 1200), "navy").save(out, "JPEG")
    return {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def ask(page: Page) -> str:
    """Six taps on the public page; the code that the resident gets."""
    page.goto("/ask/problem/")
    page.locator("input[value=light]").check()
    page.set_input_files("#id_photos", files=[picture()])  # type: ignore[list-item]
    page.locator(".photo img").wait_for()
    page.fill("#id_address", "幸福巷 12 号门口")
    page.fill("#id_body", "巷口路灯坏了三天，晚上看不清台阶。")
    page.locator(".pact .btn-primary").click()
    page.wait_for_url("**/ask/sent/**")
    return page.locator(".code").inner_text().replace(" ", "")


def take(page: Page, subject: Request | Task, step: str, **fields: str) -> None:
    """Take one step on its page."""
    kind = "requests" if isinstance(subject, Request) else "tasks"
    key = subject.no if isinstance(subject, Request) else subject.pk
    page.goto(f"/{kind}/{key}/step/{step}/")
    for name, value in fields.items():
        box = page.locator(f"[name='{name}']").first
        if box.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            box.fill(value)
    page.locator(".drawer-foot button.btn-primary").click()
    page.wait_for_url(f"**/requests/{_no(subject)}/")


def _no(subject: Request | Task) -> str:
    return subject.no if isinstance(subject, Request) else subject.request.no  # type: ignore[union-attr]


def refused(row: Request, user: Any, step: str, target: str) -> None:
    """The step is not there now: by page, by program, by raw SQL."""
    state = Request.objects.get(pk=row.pk).state
    client = Client(raise_request_exception=False)
    client.force_login(user)
    page = client.post(
        f"/requests/{row.no}/step/{step}/", {"note": "x", "reply": "灯已换好"}
    )
    assert page.status_code == 409, (step, page.status_code)
    answer = client.post(f"/api/v1/requests/{row.no}/{step}/", {"note": "x"})
    assert answer.status_code == 409, (step, answer.content)
    assert step not in answer.json()["legal"]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as sql:
        sql.execute(
            "UPDATE requests_hub_request SET state = %s WHERE id = %s", [target, row.pk]
        )
    assert Request.objects.get(pk=row.pk).state == state


def test_a_request_travels_the_whole_loop(world: SimpleNamespace, enter: Enter) -> None:
    cast, units = world.cast, world.departments
    resident = enter(None)
    code = ask(resident)
    row = Request.objects.get(follow_code=code)
    assert row.small_id == world.forest.small_a1_1.pk
    refused(row, cast.town_a, "close", "closed")
    refused(row, cast.town_a, "whistle", "whistled")

    desk = enter(cast.town_a, DESK)
    take(desk, row, "accept")
    refused(row, cast.town_a, "verify", "checking")
    lead, assist = units["urban_management"].pk, units["transport"].pk
    take(desk, row, "whistle", lead=str(lead), assist=str(assist))
    refused(row, cast.town_a, "accept", "submitted")
    refused(row, cast.worker_a, "close", "closed")

    for officer in (cast.officer_a, cast.officer_b):
        page = enter(officer)
        task = Task.objects.select_related("request").get(
            request=row, department__posts__user=officer
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(state="replied")
        take(page, task, "report_in")
        take(page, task, "claim", plan="今天换灯头")
        take(page, task, "reply", reply="灯头和线路已换，今晚已亮。")
    row.refresh_from_db()
    assert row.state == "replied"
    refused(row, cast.town_a, "close", "closed")

    worker = enter(cast.worker_a)
    worker.goto("/field/")
    worker.locator(f"a[href*='/requests/{row.no}/verify/']").click()
    worker.fill("[name=note]", "到场看过，灯亮了。")
    worker.set_input_files("input[type=file]", files=[picture()])  # type: ignore[list-item]
    worker.locator("[data-photos][data-count='1']").wait_for()
    worker.locator("button[name=pass]").click()
    worker.wait_for_url(lambda url: "verify" not in url)
    row.refresh_from_db()
    assert row.state == "closed"
    refused(row, cast.town_a, "rework", "reworked")

    resident.goto(f"/follow/{code}/")
    resident.locator(f"a[href='/follow/{code}/rate/']").first.click()
    resident.locator("input[name=is_solved][value='1']").check()
    resident.locator("input[value=satisfied]").check()
    resident.locator(".pact .btn-primary").click()
    resident.wait_for_url(f"**/follow/{code}/")
    row.refresh_from_db()
    assert (row.state, row.satisfaction, row.is_solved) == (
        "revisited",
        "satisfied",
        True,
    )
    refused(row, cast.town_a, "close", "closed")
