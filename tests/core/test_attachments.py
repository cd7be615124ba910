"""Files that people send: what is taken, what is left of it, who may see it."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import ExifTags, Image
from pytest_django import Settings

from governance.core import attachments
from governance.core.actions.attachments import shown_name, sweep_loose
from governance.core.errors import Invalid
from governance.core.models import Attachment, Notice, User

pytestmark = pytest.mark.django_db
SEEN: set[int] = set()


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    SEEN.clear()
    before = dict(attachments._seers)
    attachments.register("calendarday", lambda _request, pk: pk in SEEN)
    yield tmp_path / "media"
    attachments._seers.clear()
    attachments._seers.update(before)


@pytest.fixture
def worker() -> User:
    return User.objects.create_user("worker", password="x")


class Subject:
    """Stands for a model instance of some app."""

    class _meta:  # noqa: N801 - Django's name
        model_name = "calendarday"

    def __init__(self, pk: int) -> None:
        self.pk = pk


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    mode: str = "RGB",
    **more: Any,
) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 64).convert(mode).save(out, kind, **more)
    return out.getvalue()


def upload(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def keep(data: bytes | None = None, **more: Any) -> Attachment:
    more.setdefault("by", None)
    more.setdefault("purpose", "before")
    return attachments.store(upload(data or picture()), **more)


def exif() -> Image.Exif:
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = 6
    told[ExifTags.Base.Make] = "SecretPhone"
    told.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2026:11:19 09:05:00",
            ExifTags.Base.OffsetTimeOriginal: "+08:00",
        }
    )
    told.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (22.0, 55.0, 41.34),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (112.0, 2.0, 38.202),
        }
    )
    return told


# --- What is taken ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_by_its_content_whatever_its_name(kind: str) -> None:
    row = keep(picture(kind), name="report.exe")
    assert row.content_type == f"image/{kind.lower()}"
    assert row.name.startswith("report.")
    assert not row.name.endswith(".exe")
    with attachments.open_bytes(row) as file, Image.open(file) as image:
        assert (image.format, image.size) == (kind, (60, 40))
    assert (row.width, row.height) == (60, 40)


def test_position_and_time_are_read_then_stripped() -> None:
    row = keep(picture(size=(60, 40), exif=exif()))
    assert row.taken_at is not None
    assert row.taken_at == datetime(2026, 11, 19, 1, 5, tzinfo=UTC)
    assert (row.lon, row.lat) == pytest.approx((112.043945, 22.92815))
    assert (row.width, row.height) == (40, 60), "turned as the camera said"
    with attachments.open_bytes(row) as file:
        data = file.read()
    assert b"SecretPhone" not in data
    assert b"Exif" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()


def test_a_comment_in_a_png_is_stripped() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("author", "somebody")
    row = keep(picture("PNG", pnginfo=info))
    with attachments.open_bytes(row) as file:
        assert b"somebody" not in file.read()


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (ExifTags.GPS.GPSLatitude, (200.0, 0.0, 0.0)),
        (ExifTags.GPS.GPSLatitude, (1.0,)),
    ],
)
def test_a_position_that_cannot_be_is_left_out(tag: int, value: Any) -> None:
    told = exif()
    told.get_ifd(ExifTags.IFD.GPSInfo)[tag] = value
    row = keep(picture(exif=told))
    assert (row.lon, row.lat) == (None, None)


def test_large_pictures_shrink_and_transparency_stays() -> None:
    assert keep(picture(size=(4000, 1000))).width == 2560
    row = keep(picture("PNG", mode="LA"))
    with attachments.open_bytes(row) as file, Image.open(file) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("mode", ["L", "1", "CMYK", "P"])
def test_odd_colour_modes_are_read(mode: str) -> None:
    kind = "JPEG" if mode in ("L", "CMYK") else "PNG"
    assert keep(picture(kind, mode=mode)).is_image


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"GIF89a" + b"\0" * 40, "Only JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Only JPEG"),
        (b"MZ" + b"\0" * 100, "Only JPEG"),
        (b"<html><script>alert(1)</script></html>", "Only JPEG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\xff\xd8\xff\xe0 not a picture", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
        (picture()[:400], "damaged"),
        (b"%PDF-1.7\n%%EOF", "staff"),
    ],
)
def test_anything_else_is_refused_at_the_photos(data: bytes, word: str) -> None:
    from django.utils import translation

    with translation.override("en"), pytest.raises(Invalid) as refusal:
        attachments.store(upload(data), by=None, purpose="before")
    assert word in refusal.value.fields["photos"][0]
    assert not Attachment.objects.exists()


def test_what_rides_behind_a_picture_is_gone() -> None:
    rider = io.BytesIO()
    with zipfile.ZipFile(rider, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    row = keep(picture() + b"<script>alert(1)</script>" + rider.getvalue())
    with attachments.open_bytes(row) as file:
        data = file.read()
    assert b"<script>" not in data
    assert b"PK\x03\x04" not in data


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be huge and carries next to nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8000, 12_000, 60_000])
def test_a_bomb_is_refused_without_unpacking(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: object, **_more: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", never)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    data = bomb(side, side)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with pytest.raises(Invalid):
            keep(data)


def test_fifty_megabytes_are_refused_unread(settings: Settings) -> None:
    file = upload(picture())
    file.size = 50 * 1024 * 1024
    with pytest.raises(Invalid):
        attachments.store(file, by=None, purpose="before")
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(Invalid):
        keep()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\现场 照片.jpg", "现场_照片.jpg"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie_x.jpg"),
        ("..", "file.jpg"),
        ("", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
        ("<script>.jpg", "script.jpg"),
    ],
)
def test_names_are_harmless(given: str, kept: str) -> None:
    assert shown_name(given, "image/jpeg") == kept


def test_documents_are_for_replies_of_staff(worker: User) -> None:
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
    with pytest.raises(Invalid):
        keep(pdf, by=worker, purpose="reply")
    worker.user_permissions.add(Permission.objects.get(codename="attach_document"))
    staff = User.objects.get(pk=worker.pk)
    with pytest.raises(Invalid):
        keep(pdf, by=staff, purpose="before")
    assert keep(pdf, by=staff, purpose="reply", name="x.html").name == "x.pdf"
    for bad in (b"%PDF-1.7 /JavaScript (x)\n%%EOF", b"%PDF-1.7 cut short"):
        with pytest.raises(Invalid):
            keep(bad, by=staff, purpose="reply")


def test_the_same_content_lies_there_once(storage: Path) -> None:
    data = picture()
    one, two = keep(data), keep(data)
    assert one.pk != two.pk
    assert one.path == two.path
    assert len([p for p in storage.rglob("*") if p.is_file()]) == 1


# --- Binding ------------------------------------------------------------------------------


def test_binding_is_repeatable_and_exclusive(worker: User) -> None:
    row = keep(by=worker)
    subject: Any = Subject(7)
    for _n in range(2):
        attachments.bind([row.pk, row.pk], subject, "after", worker)
    found = attachments.of(subject).get()
    assert (found.pk, found.purpose) == (row.pk, "after")
    other: Any = Subject(8)
    with pytest.raises(Invalid):
        attachments.bind([row.pk], other, "after", worker)


def test_nobody_binds_what_is_not_theirs(worker: User) -> None:
    other = User.objects.create_user("other", password="x")
    mine, loose = keep(by=worker), keep(session_key="s1")
    sessionless = keep()
    subject: Any = Subject(7)
    for pk, by, key in (
        (mine.pk, other, ""),
        (mine.pk, None, "s1"),
        (loose.pk, other, "s2"),
        (loose.pk, AnonymousUser(), ""),
        (sessionless.pk, None, ""),
        (999, worker, ""),
    ):
        with pytest.raises(Invalid) as refusal:
            attachments.bind([pk], subject, "before", by, session_key=key)
        assert list(refusal.value.fields) == ["photos"]
    attachments.bind([loose.pk], subject, "before", None, session_key="s1")
    attachments.bind([sessionless], subject, "before", None)
    assert attachments.of(subject).count() == 2


def test_six_at_most(worker: User) -> None:
    rows = [keep(by=worker) for _n in range(7)]
    subject: Any = Subject(7)
    with pytest.raises(Invalid):
        attachments.bind([row.pk for row in rows], subject, "before", worker)
    attachments.bind([row.pk for row in rows[:6]], subject, "before", worker)


def test_loose_files_are_swept_and_shared_bytes_stay() -> None:
    data = picture()
    old, bound = keep(data), keep(data)
    lonely, young = keep(picture(size=(30, 30))), keep(picture(size=(20, 20)))
    attachments.bind([bound], Subject(7), "before", None)  # type: ignore[arg-type]
    past = timezone.now() - timedelta(days=3)
    Attachment.objects.exclude(pk=young.pk).update(created_at=past)
    assert sweep_loose() == 2
    assert set(Attachment.objects.values_list("pk", flat=True)) == {bound.pk, young.pk}
    assert default_storage.exists(old.path)
    assert not default_storage.exists(lonely.path)


# --- The way out --------------------------------------------------------------------------


def test_who_may_see_the_subject_may_see_its_files(
    client: Client, worker: User
) -> None:
    row = keep(by=worker)
    attachments.bind([row.pk], Subject(7), "before", worker)  # type: ignore[arg-type]
    client.force_login(worker)
    assert client.get(row.url).status_code == 404, "binding ends the uploader's right"
    SEEN.add(7)
    response = client.get(row.url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, max-age=3600"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline")
    again = client.get(row.url, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    SEEN.clear()
    stale = client.get(row.url, headers={"if-none-match": response["ETag"]})
    assert stale.status_code == 404
    assert client.post(row.url).status_code == 405


def test_an_unregistered_subject_is_seen_by_nobody(admin_client: Client) -> None:
    row = keep()
    Attachment.objects.filter(pk=row.pk).update(
        subject_type=Notice._meta.model_name, subject_id=1
    )
    assert admin_client.get(row.url).status_code == 404


def test_loose_files_are_their_uploaders_alone(client: Client, worker: User) -> None:
    row = keep(by=worker)
    assert client.get(row.url).status_code == 404
    client.force_login(worker)
    assert client.get(row.url).status_code == 200
    client.force_login(User.objects.create_user("other", password="x"))
    assert client.get(row.url).status_code == 404


def test_a_resident_sees_the_loose_files_of_this_browser(client: Client) -> None:
    session = client.session
    session["x"] = 1
    session.save()
    row, alien = keep(session_key=session.session_key), keep(session_key="elsewhere")
    assert client.get(row.url).status_code == 200
    assert client.get(alien.url).status_code == 404
    assert client.get(keep().url).status_code == 404
    assert Client().get(row.url).status_code == 404


def test_the_small_picture_is_made_once(
    client: Client, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = keep(picture("PNG", size=(900, 600), mode="LA"), by=worker)
    client.force_login(worker)
    response: Any = client.get(row.thumb_url)
    with Image.open(io.BytesIO(b"".join(response.streaming_content))) as image:
        assert (image.format, image.size) == ("JPEG", (320, 213))
    monkeypatch.setattr("governance.core.images.thumbnail", None)
    assert client.get(row.thumb_url).status_code == 200


def test_a_document_is_a_download(client: Client, worker: User) -> None:
    worker.user_permissions.add(Permission.objects.get(codename="attach_document"))
    staff = User.objects.get(pk=worker.pk)
    row = keep(b"%PDF-1.7\n%%EOF\n", by=staff, purpose="reply", name="答复.pdf")
    client.force_login(staff)
    response = client.get(f"{row.url}?size=thumb")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/pdf"


def test_lost_bytes_are_not_found(client: Client, worker: User, storage: Path) -> None:
    row = keep(by=worker)
    (storage / row.path).unlink()
    client.force_login(worker)
    assert client.get(row.url).status_code == 404
    assert client.get("/attachments/999/").status_code == 404
    assert client.get("/attachments/../../etc/passwd").status_code == 404
