"""A resident asks: one page, no account, no script."""

import io
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from governance.core.models import Attachment
from requests_hub.models import Request

pytestmark = pytest.mark.django_db
ASK = "/ask/problem/"


def picture(name: str = "lamp.jpg", colour: str = "navy") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "category": "light",
        "body": "巷口路灯坏了三天，晚上看不清台阶。",
        "address": "幸福巷 12 号门口",
        "lon": "112.005",
        "lat": "22.905",
        **changes,
    }


def test_page_asks_five_things_without_a_script(
    client: Client, forest: SimpleNamespace
) -> None:
    html = client.get(ASK).content.decode()
    for name in (
        "category",
        "photos",
        "address",
        "village",
        "body",
        "phone",
        "is_private",
    ):
        assert f'name="{name}"' in html
    assert forest.village_a1.name in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_done_gives_a_code_and_a_place(client: Client, forest: SimpleNamespace) -> None:
    answer = client.post(ASK, answers(photos=[picture()]))
    row = Request.objects.get()
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("ask_sent"))
    assert row.channel == "public"
    assert row.small_id == forest.small_a1_1.pk
    assert row.category is not None
    assert row.category.dictionary.code == "request_category"
    assert Attachment.objects.get().subject_id == row.pk
    page = client.get(answer["Location"]).content.decode()
    assert f"{row.follow_code[:3]} {row.follow_code[3:6]} {row.follow_code[6:]}" in page
    assert client.get("/").content.decode().count(row.title) == 1


def test_double_click_and_reload_are_one_request(
    client: Client, forest: SimpleNamespace
) -> None:
    data = answers()
    first = client.post(ASK, {**data, "photos": [picture()]})
    second = client.post(ASK, {**data, "photos": [picture()]})
    assert Request.objects.count() == 1
    assert first.status_code == second.status_code == 302
    code = Request.objects.get().follow_code
    assert code[6:] in client.get(second["Location"]).content.decode()


def test_same_key_with_other_words_asks_again_under_a_new_key(
    client: Client, forest: SimpleNamespace
) -> None:
    data = answers()
    client.post(ASK, data)
    answer = client.post(ASK, {**data, "body": "另一件事"})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "另一件事" in html
    assert data["key"] not in html


def test_errors_stand_at_their_fields_and_keep_words_and_photos(
    client: Client, forest: SimpleNamespace
) -> None:
    answer = client.post(
        ASK, answers(category="", phone="1381234", photos=[picture()], lon="", lat="")
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "id_category_error" in html
    assert "id_phone_error" in html
    assert "巷口路灯坏了三天" in html
    kept = Attachment.objects.get()
    assert kept.subject_id is None
    assert f'name="kept" value="{kept.pk}"' in html
    again = client.post(ASK, answers(kept=[kept.pk]))
    assert again.status_code == 302
    kept.refresh_from_db()
    assert kept.subject_id == Request.objects.get().pk


def test_kept_photos_belong_to_one_browser(
    client: Client, forest: SimpleNamespace
) -> None:
    client.post(ASK, answers(category="", photos=[picture()]))
    kept = Attachment.objects.get()
    other = Client()
    assert other.post(ASK, answers(kept=[kept.pk])).status_code == 302
    kept.refresh_from_db()
    assert kept.subject_id is None
    assert other.get(kept.url).status_code == 404


def test_a_kept_photo_can_be_left_out(client: Client, forest: SimpleNamespace) -> None:
    client.post(ASK, answers(category="", photos=[picture()]))
    kept = Attachment.objects.get()
    answer = client.post(ASK, answers(kept=[kept.pk], drop=str(kept.pk)))
    assert answer.status_code == 200
    assert f'value="{kept.pk}"' not in answer.content.decode()
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "", "photos": []}, "body"),
        ({"address": "", "lon": "", "lat": ""}, "address"),
        ({"category": "nonsense"}, "category"),
        ({"village": "999999999"}, "village"),
        ({"body": "长" * 501}, "body"),
        ({"lon": "200", "lat": "95"}, ""),
        ({"lon": "10", "lat": "10"}, "address"),
        ({"website": "http://spam.example"}, ""),
    ],
)
def test_refused(
    client: Client, forest: SimpleNamespace, changes: dict[str, Any], field: str
) -> None:
    answer = client.post(ASK, answers(**changes))
    assert answer.status_code in (400, 422)
    assert not Request.objects.exists()
    if field:
        assert f"id_{field}_error" in answer.content.decode()


def test_a_file_that_is_no_picture_is_told_and_the_others_stay(
    client: Client, forest: SimpleNamespace
) -> None:
    bad = SimpleUploadedFile("x.jpg", b"#!/bin/sh", "image/jpeg")
    answer = client.post(ASK, answers(photos=[picture(), bad]))
    assert answer.status_code == 422
    assert "photos_error" in answer.content.decode()
    assert Attachment.objects.count() == 1


def test_photo_alone_is_enough_and_makes_a_title(
    client: Client, forest: SimpleNamespace
) -> None:
    assert client.post(ASK, answers(body="", photos=[picture()])).status_code == 302
    assert "路灯井盖" in Request.objects.get().title


def test_village_of_the_list_is_place_enough(
    client: Client, forest: SimpleNamespace
) -> None:
    data = answers(lon="", lat="", address="", village=str(forest.village_b1.pk))
    assert client.post(ASK, data).status_code == 302
    assert Request.objects.get().medium_id == forest.village_b1.pk


def test_address_limit_counts_sending_and_never_reading(
    client: Client, forest: SimpleNamespace, settings: Any
) -> None:
    settings.INTAKE_LIMIT_PER_ADDRESS = "2/h"
    address = {"REMOTE_ADDR": "198.51.100.7"}
    for _n in range(2):
        assert client.post(ASK, answers(), **address).status_code == 302
    late = client.post(ASK, answers(), **address)
    assert late.status_code == 429
    assert "巷口路灯坏了三天" in late.content.decode()
    assert client.get(ASK, **address).status_code == 200
    assert Request.objects.count() == 2


def test_phone_limit(client: Client, forest: SimpleNamespace, settings: Any) -> None:
    settings.INTAKE_LIMIT_PER_PHONE = "1/h"
    phone = {"phone": "１３８ 1234 2999"}
    assert (
        client.post(ASK, answers(**phone), REMOTE_ADDR="198.51.100.8").status_code
        == 302
    )
    assert (
        client.post(ASK, answers(**phone), REMOTE_ADDR="198.51.100.9").status_code
        == 429
    )


def test_help_has_its_own_tiles(client: Client, forest: SimpleNamespace) -> None:
    assert client.post("/ask/help/", answers(category="papers")).status_code == 302
    assert client.post("/ask/help/", answers(category="light")).status_code == 422
    assert client.get("/ask/nonsense/").status_code == 404


def test_large_type_asks_one_question_a_page(
    client: Client, forest: SimpleNamespace
) -> None:
    client.cookies["elder"] = "1"
    first = client.get(ASK).content.decode()
    assert 'type="radio" name="category"' in first
    assert "<textarea" not in first
    data: dict[str, Any] = {"key": str(uuid.uuid4())}
    told = {
        "category": {"category": "light"},
        "photos": {"photos": [picture()]},
        "place": {"address": "幸福巷"},
        "body": {"body": "灯坏了"},
    }
    kept: list[str] = []
    for step, given in told.items():
        answer = client.post(
            ASK, {**data, **given, "kept": kept, "step": step, "go": "next"}
        )
        assert answer.status_code == 200, step
        kept = [str(a.pk) for a in Attachment.objects.all()]
        data |= {name: value for name, value in given.items() if name != "photos"}
    done = client.post(ASK, {**data, "kept": kept, "step": "contact", "go": "next"})
    assert done.status_code == 302
    assert Attachment.objects.get().subject_id == Request.objects.get().pk


def test_large_type_stays_at_a_question_without_an_answer(
    client: Client, forest: SimpleNamespace
) -> None:
    client.cookies["elder"] = "1"
    answer = client.post(ASK, {"step": "category", "go": "next"})
    assert answer.status_code == 422
    assert "id_category_error" in answer.content.decode()


def test_sent_page_needs_its_token(client: Client, forest: SimpleNamespace) -> None:
    assert client.get("/ask/sent/").status_code == 302
    assert client.get("/ask/sent/?t=forged").status_code == 302


def test_signed_in_staff_go_to_their_own_first_page(
    client: Client, cast: SimpleNamespace
) -> None:
    client.force_login(cast.resident)
    assert client.get("/").status_code == 200
    client.force_login(cast.worker_a)
    assert client.get("/").status_code in (200, 302)
