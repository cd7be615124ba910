"""Boxes are drawn over a picture, saved, seen by the resident, and taken back."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from governance.core import attachments
from governance.core.models import Redaction
from tests.browser.conftest import DESK
from tests.requests_hub.test_redaction import BLACK, TEAL, picture, pixel

Enter = Callable[..., Page]


def draw(page: Page, share: tuple[float, float], until: tuple[float, float]) -> None:
    """A box from one point of the picture to another, as shares of its sides."""
    frame = page.locator("[data-redact-canvas]").bounding_box()
    assert frame is not None
    spots = [
        (frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
        for x, y in (share, until)
    ]
    page.mouse.move(*spots[0])
    page.mouse.down()
    page.mouse.move(*spots[1], steps=4)
    page.mouse.up()


def numbers(page: Page) -> list[list[str]]:
    """The filled boxes, as their number fields hold them."""
    rows = [
        [field.input_value() for field in row.locator("input").all()]
        for row in page.locator("[data-redact-row]").all()
    ]
    return [row for row in rows if any(row)]


def seen_by_resident(enter: Enter, row: Any, photo: Any) -> bytes:
    """The bytes behind the first picture of the follow page."""
    page = enter(None)
    page.goto(f"/follow/{row.follow_code}/")
    image = page.locator(f"img[src*='/photo/{photo.pk}/']").first
    image.scroll_into_view_if_needed()
    loaded = "i => new Promise(done => i.complete ? done(1) : (i.onload = done))"
    image.evaluate(loaded)
    assert image.evaluate("i => i.naturalWidth > 0")
    source = (image.get_attribute("src") or "").replace("size=thumb&", "")
    answer = page.request.get(source)
    assert answer.status == 200
    return answer.body()


def test_boxes_are_drawn_saved_seen_and_taken_back(
    world: SimpleNamespace, enter: Enter
) -> None:
    cast = world.cast
    row = world.make.request(
        "accepted", files=[picture(cast.worker_a)], by=cast.worker_a
    )
    photo = attachments.of(row).get()
    assert pixel(seen_by_resident(enter, row, photo)) == TEAL

    page = enter(cast.town_a, DESK)
    page.goto(f"/requests/{row.no}/photos/{photo.pk}/")
    page.locator(".redact-stage img").wait_for()
    draw(page, (0.05, 0.05), (0.3, 0.45))
    draw(page, (0.5, 0.5), (0.9, 0.9))
    assert len(numbers(page)) == 2
    page.locator("[data-redact-undo]").click()
    [box] = numbers(page)
    x, y, width, height = map(int, box)
    assert abs(x - 6) <= 1 and abs(y - 4) <= 1  # noqa: PT018
    assert abs(width - 30) <= 2 and abs(height - 32) <= 2  # noqa: PT018
    page.fill("#redact-why", "遮挡人脸")
    page.locator(".redact button.btn-main").click()
    page.locator(".toast, .message, [role=status]").first.wait_for()
    kept = Redaction.objects.get(attachment=photo)
    assert (kept.reason, len(kept.boxes)) == ("遮挡人脸", 1)

    covered = seen_by_resident(enter, row, photo)
    assert pixel(covered) == BLACK
    assert pixel(covered, (80, 60)) == TEAL
    assert Image.open(io.BytesIO(covered)).size == (120, 80)

    page.locator("summary", has_text="撤销最近一次遮挡").click()
    page.fill("#undo-why", "画错了人")
    page.get_by_role("button", name="撤销遮挡").click()
    page.locator("text=画错了人").wait_for()
    assert pixel(seen_by_resident(enter, row, photo)) == TEAL
    assert page.locator("#undo-why").count() == 0  # nothing is left to take back
