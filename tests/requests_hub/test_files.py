"""Photos of a request are shown to whoever may see the request, and to nobody else."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from governance.core import attachments
from governance.core.models import Attachment
from requests_hub.actions import whistles

pytestmark = pytest.mark.django_db


def photo(by: Any) -> Attachment:
    data = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(data, "JPEG")
    file = SimpleUploadedFile("site.jpg", data.getvalue(), "image/jpeg")
    return attachments.store(file, by=by, purpose="before")


@pytest.fixture
def called(make: Any, cast: Any, departments: Any) -> Any:
    """A whistled request of village a1 with a photo, and its lead's task."""
    return make.request("whistled", files=[photo(cast.worker_a)], by=cast.worker_a)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("district", 200),
        ("town_a", 200),
        ("worker_a", 200),
        ("officer_a", 200),
        ("town_b", 404),
        ("worker_b", 404),
        ("outsider", 404),
    ],
)
def test_scope_decides(
    called: Any, cast: Any, client: Client, who: str, status: int
) -> None:
    [row] = attachments.of(called)
    client.force_login(getattr(cast, who))
    assert client.get(row.url).status_code == status
    assert client.get(row.thumb_url).status_code == status


def test_strangers_see_none(called: Any, client: Client) -> None:
    [row] = attachments.of(called)
    assert client.get(row.url).status_code == 404


def test_a_department_s_photo_is_seen_by_the_town(
    called: Any, cast: Any, client: Client
) -> None:
    task = called.tasks.filter(is_lead=True).get()
    whistles.report_in(task, by=cast.officer_a)
    task.refresh_from_db()
    whistles.claim(task, by=cast.officer_a, plan="today")
    task.refresh_from_db()
    whistles.handle(
        task, by=cast.officer_a, note="began", files=[photo(cast.officer_a)]
    )
    row = attachments.of(called).latest("id")
    assert row.uploaded_by == cast.officer_a
    for who, status in (("town_a", 200), ("officer_a", 200), ("town_b", 404)):
        client.force_login(getattr(cast, who))
        assert client.get(row.url).status_code == status, who
