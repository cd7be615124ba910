"""Reports of grid workers: by a form without a script, and by the phone's queue."""

import io
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from governance.core.models import Attachment
from requests_hub.models import Request

pytestmark = pytest.mark.django_db
REPORT = "/field/report/"


def picture(colour: str = "navy") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture
def worker(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.worker_a)
    return client


def draft(key: str, owner: Any = "", **changes: Any) -> dict[str, Any]:
    return {"key": key, "owner": owner, "category": "facility", **changes}


def queue(client: Client, path: str, key: str, data: dict[str, Any]) -> Any:
    return client.post(
        path, data, headers={"Accept": "application/json", "Idempotency-Key": key}
    )


def test_the_form_posts_without_a_script(
    worker: Client, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    answer = worker.post(
        REPORT,
        {
            "key": str(uuid.uuid4()),
            "category": "facility",
            "subcategory": "facility-light",
            "photos": [picture()],
        },
    )
    row = Request.objects.get()
    assert answer["Location"] == f"/field/report/{row.pk}/"
    assert (row.channel, row.created_by) == ("field", cast.worker_a)
    assert row.medium_id == forest.village_a1.pk
    assert "路灯" in row.title
    assert Attachment.objects.get().subject_id == row.pk
    assert row.no in worker.get(answer["Location"]).content.decode()


def test_the_queue_gets_its_key_back_once_and_again(
    worker: Client, cast: SimpleNamespace
) -> None:
    key = str(uuid.uuid4())
    data = draft(key, cast.worker_a.pk, lon="112.005", lat="22.905", body="井盖破了")
    first = queue(worker, REPORT, key, data)
    again = queue(worker, REPORT, key, data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["key"] == again.json()["key"] == key
    assert first.json()["id"] == again.json()["id"]
    assert Request.objects.count() == 1


def test_photos_come_one_by_one_and_once_each(
    worker: Client, cast: SimpleNamespace
) -> None:
    key = str(uuid.uuid4())
    path = queue(worker, REPORT, key, draft(key)).json()["photo_url"]
    for colour in ("navy", "olive"):
        photo_key = str(uuid.uuid4())
        for _again in range(2):
            answer = queue(worker, path, photo_key, {"photo": picture(colour)})
            assert answer.status_code == 201
            assert answer.json()["key"] == photo_key
    bound = Attachment.objects.filter(subject_id=Request.objects.get().pk)
    assert bound.count() == 2
    assert {a.purpose for a in bound} == {"before"}


def test_another_persons_draft_is_not_sent_for_them(
    client: Client, cast: SimpleNamespace
) -> None:
    key = str(uuid.uuid4())
    client.force_login(cast.worker_b)
    assert queue(client, REPORT, key, draft(key, cast.worker_a.pk)).status_code == 401
    client.logout()
    answer = queue(client, REPORT, key, draft(key, cast.worker_a.pk))
    assert answer.status_code == 401
    assert answer.json()["key"] == key
    assert not Request.objects.exists()


def test_another_persons_report_takes_no_photo(
    worker: Client, cast: SimpleNamespace
) -> None:
    key = str(uuid.uuid4())
    path = queue(worker, REPORT, key, draft(key)).json()["photo_url"]
    other = Client()
    other.force_login(cast.worker_b)
    photo_key = str(uuid.uuid4())
    answer = queue(other, path, photo_key, {"photo": picture()})
    assert answer.status_code == 404
    assert answer.json()["key"] == photo_key


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"category": ""}, "category"), ({"lon": "10", "lat": "10"}, "address")],
)
def test_a_fault_is_told_with_its_field_and_the_key(
    worker: Client, changes: dict[str, Any], field: str
) -> None:
    key = str(uuid.uuid4())
    answer = queue(worker, REPORT, key, draft(key, **changes))
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert answer.json()["key"] == key


def test_what_was_done_on_the_spot_is_said_first(worker: Client) -> None:
    key = str(uuid.uuid4())
    queue(worker, REPORT, key, draft(key, body="树枝已清", fixed_on_site="1"))
    assert Request.objects.get().body.startswith("【网格员已当场处理】")


def test_the_worker_script_is_never_stale(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert '"/field/report/"' in answer.content.decode()


def test_today_shows_what_waits_by_deadline(
    worker: Client, make: Any, cast: SimpleNamespace
) -> None:
    waiting, far = make.request("replied"), make.request("submitted")
    html = worker.get("/field/").content.decode()
    assert f"/requests/{waiting.no}/verify/" in html
    assert far.no not in html
    closed = make.request("closed")
    done = worker.get("/field/").content.decode().partition('class="is-now-line"')[0]
    assert closed.no in done
