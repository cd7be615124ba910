"""Covering parts of a picture: who may, what everybody sees then, the guarded original, undo."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from governance.core import attachments
from governance.core.actions.redaction import MOST_BOXES
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.models import Attachment, Event, Redaction
from grids.models import AccessRecord
from requests_hub.actions import desk, feedback, redaction

BOX = (10, 10, 20, 20)
FACE = (15, 15)  # a pixel under the box
TEAL, BLACK = (0, 128, 128), (0, 0, 0)


def picture(by: Any) -> Attachment:
    data = io.BytesIO()
    Image.new("RGB", (120, 80), "teal").save(data, "PNG")
    file = SimpleUploadedFile("site.png", data.getvalue(), "image/png")
    return attachments.store(file, by=by, purpose="before")


@pytest.fixture
def row(make: Any, cast: Any) -> Any:
    """A request of town A with one teal picture."""
    return make.request("accepted", files=[picture(cast.worker_a)], by=cast.worker_a)


@pytest.fixture
def photo(row: Any) -> Attachment:
    return attachments.of(row).get()


def pixel(data: bytes, at: tuple[int, int] = FACE) -> Any:
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel(at)


def shown(client: Any, photo: Attachment, size: str = "") -> bytes:
    """What a page gets now, by the address that the picture has now."""
    now = Attachment.objects.get(pk=photo.pk)
    answer = client.get(now.thumb_url if size == "thumb" else now.url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def cover(row: Any, photo: Attachment, by: Any, *boxes: Any, **given: Any) -> Any:
    return redaction.redact(row, photo.pk, list(boxes or [BOX]), by=by, **given)


# --- Covering ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["town_a", "district", "worker_a"])
def test_whoever_serves_the_place_covers_for_everybody(
    row: Any, photo: Attachment, cast: Any, client: Any, who: str
) -> None:
    client.force_login(cast.officer_a)
    before = photo.url
    cover(row, photo, getattr(cast, who), reason="车牌")
    client.force_login(cast.town_a)
    data = shown(client, photo)
    assert pixel(data) == BLACK
    assert pixel(data, (60, 60)) == TEAL
    small = pixel(shown(client, photo, "thumb"))
    assert max(small) < 40, small  # a JPEG is never quite black
    assert Attachment.objects.get(pk=photo.pk).url != before  # past every cache
    told = Event.objects.get(name="request.photo_redacted")
    assert (told.data["boxes"], told.data["note"]) == (1, "车牌")


@pytest.mark.parametrize("who", ["town_b", "worker_b", "officer_a", "leader"])
def test_others_do_not_cover(row: Any, photo: Attachment, cast: Any, who: str) -> None:
    with pytest.raises(NotAllowed):
        cover(row, photo, getattr(cast, who))
    assert not Redaction.objects.exists()


def test_a_picture_of_another_request_is_not_there(
    row: Any, photo: Attachment, make: Any, cast: Any
) -> None:
    other = make.request("accepted")
    with pytest.raises(NotHere):
        cover(other, photo, cast.town_a)


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [(0, 0, 3, 30)],
        [(110, 10, 20, 20)],
        [(-1, 0, 10, 10)],
        [BOX] * (MOST_BOXES + 1),
    ],
)
def test_boxes_that_do_not_fit_are_refused_in_words(
    row: Any, photo: Attachment, cast: Any, boxes: list[Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        redaction.redact(row, photo.pk, boxes, by=cast.town_a)
    assert refused.value.fields["boxes"][0]
    assert Attachment.objects.get(pk=photo.pk).sha256 == photo.sha256


def test_who_comes_second_is_told_and_draws_on_the_new_picture(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    cover(row, photo, cast.town_a, seen_sha256=photo.sha256)
    with pytest.raises(Conflict):
        cover(row, photo, cast.worker_a, seen_sha256=photo.sha256)
    now = Attachment.objects.get(pk=photo.pk)
    cover(row, photo, cast.worker_a, (50, 50, 20, 20), seen_sha256=now.sha256)
    client.force_login(cast.town_a)
    data = shown(client, photo)
    assert (pixel(data), pixel(data, (60, 60))) == (BLACK, BLACK)
    assert Redaction.objects.count() == 2


# --- The original -----------------------------------------------------------------------------------


def test_the_original_is_the_desks_alone_and_each_look_is_kept(
    row: Any, photo: Attachment, cast: Any
) -> None:
    cover(row, photo, cast.town_a)
    cover(row, photo, cast.town_a, (50, 50, 20, 20))
    for who in ("worker_a", "officer_a", "town_b", "leader"):
        with pytest.raises(NotAllowed):
            redaction.original(row, photo.pk, by=getattr(cast, who), reason="contact")
    with pytest.raises(Invalid):
        redaction.original(row, photo.pk, by=cast.town_a, reason="curious")
    with pytest.raises(Invalid):
        redaction.original(row, photo.pk, by=cast.town_a, reason="other", words=" ")
    assert not AccessRecord.objects.exists()
    given = {"by": cast.town_a, "reason": "other", "words": "核对车牌"}
    for _look in range(2):
        with redaction.original(row, photo.pk, address="10.0.0.9", **given) as file:
            data = file.read()
        assert (pixel(data), pixel(data, (60, 60))) == (TEAL, TEAL)
    looks = list(AccessRecord.objects.all())
    assert [(k.user, k.fields, k.words) for k in looks] == [
        (cast.town_a, [f"photo:{photo.pk}"], "核对车牌")
    ] * 2
    assert Event.objects.filter(name="request.original_seen").count() == 2


def test_what_is_not_covered_has_no_other_original(
    row: Any, photo: Attachment, cast: Any
) -> None:
    with pytest.raises(NotHere):
        redaction.original(row, photo.pk, by=cast.town_a, reason="contact")
    assert not AccessRecord.objects.exists()  # nothing was seen, nothing is written


def test_a_picture_is_covered_after_the_end_too(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    """The resident's page shows it as long as the request is kept."""
    row = desk.reply(row, by=cast.town_a, reply="灯已换好，已试亮。")
    feedback.close(feedback.verify(row, by=cast.town_a, note="亮了"), by=cast.town_a)
    client.force_login(cast.town_a)
    page = reverse("photo_redact", args=[row.no, photo.pk])
    assert page in client.get(reverse("request", args=[row.no])).content.decode()
    assert client.get(page).status_code == 200
    cover(row, photo, cast.town_a, reason="车牌")
    assert pixel(shown(client, photo)) == BLACK


# --- Undo -------------------------------------------------------------------------------------------


def test_the_desk_takes_the_last_covering_back_with_a_reason(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    cover(row, photo, cast.worker_a)
    cover(row, photo, cast.worker_a, (50, 50, 20, 20))
    for who in ("worker_a", "town_b", "officer_a"):
        with pytest.raises(NotAllowed):
            redaction.uncover(row, photo.pk, by=getattr(cast, who), reason="画错")
    with pytest.raises(Invalid):
        redaction.uncover(row, photo.pk, by=cast.town_a, reason="  ")
    redaction.uncover(row, photo.pk, by=cast.town_a, reason="画错位置")
    client.force_login(cast.town_a)
    data = shown(client, photo)
    assert (pixel(data), pixel(data, (60, 60))) == (BLACK, TEAL)
    redaction.uncover(row, photo.pk, by=cast.district, reason="不是人脸")
    assert pixel(shown(client, photo)) == TEAL
    with pytest.raises(Conflict):
        redaction.uncover(row, photo.pk, by=cast.town_a, reason="再撤")
    kept = Redaction.objects.order_by("id")
    assert list(kept.values_list("undo_reason", flat=True)) == ["不是人脸", "画错位置"]
    assert Event.objects.filter(name="request.photo_uncovered").count() == 2
    cover(row, photo, cast.town_a)
    assert pixel(shown(client, photo)) == BLACK


def test_the_database_wants_a_name_and_a_reason(
    row: Any, photo: Attachment, cast: Any
) -> None:
    cover(row, photo, cast.town_a)
    from django.utils import timezone

    with pytest.raises(DatabaseError), transaction.atomic():
        Redaction.objects.update(undone_at=timezone.now())


# --- Pages ------------------------------------------------------------------------------------------


def test_the_page_keeps_what_was_drawn_when_it_is_refused(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    client.force_login(cast.town_a)
    url = reverse("photo_redact", args=[row.no, photo.pk])
    assert client.get(url).status_code == 200
    sent = {"x": "110", "y": "1", "width": "50", "height": "9", "seen": photo.sha256}
    answer = client.post(url, sent)
    assert answer.status_code == 400
    assert 'value="110"' in answer.content.decode()
    assert client.post(url, {**sent, "x": "one"}).status_code == 400
    done = client.post(url, {**sent, "x": "10"})
    assert done.status_code == 302
    late = client.post(url, {**sent, "x": "20"})
    assert late.status_code == 409


def test_the_page_of_the_original_and_of_undo(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    cover(row, photo, cast.town_a)
    original = reverse("photo_original", args=[row.no, photo.pk])
    undo = reverse("photo_uncover", args=[row.no, photo.pk])
    client.force_login(cast.worker_a)
    assert client.post(original, {"reason": "contact"}).status_code == 403
    assert client.post(undo, {"why": "x"}).status_code == 403
    client.force_login(cast.town_b)
    assert client.post(original, {"reason": "contact"}).status_code == 404
    assert client.post(undo, {"why": "x"}).status_code == 404
    client.force_login(cast.town_a)
    assert client.post(original, {"reason": ""}).status_code == 400
    answer = client.post(original, {"reason": "visit"})
    assert pixel(answer.content) == TEAL
    assert answer["Cache-Control"] == "no-store"
    assert client.post(undo, {"why": ""}).status_code == 400
    assert client.post(undo, {"why": "画错"}).status_code == 302
    page = client.get(reverse("photo_redact", args=[row.no, photo.pk]))
    assert "画错" in page.content.decode()
    assert client.post(undo, {"why": "画错"}).status_code == 409


def test_the_resident_sees_the_covered_picture(
    row: Any, photo: Attachment, cast: Any, client: Any
) -> None:
    cover(row, photo, cast.town_a)
    path = reverse("follow_photo", args=[row.follow_code, photo.pk])
    page = client.get(reverse("follow_code", args=[row.follow_code])).content.decode()
    now = Attachment.objects.get(pk=photo.pk)
    assert f"{path}?v={now.sha256[:8]}" in page
    answer = client.get(path)
    assert pixel(b"".join(answer.streaming_content)) == BLACK
