"""Pictures and documents that people send: what they are, and a clean copy of them.

A type is told from the bytes, never from the name. A picture is decoded within a limit of
pixels and written anew, so nothing but the picture survives: no position, no appended program.
"""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageDraw, ImageOps

from governance.core.errors import Invalid

LONGEST_SIDE = 2560
THUMB_SIDE = 320
READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    OverflowError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ACTIVE_PDF = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


@dataclass(frozen=True)
class Clean:
    """A file fit to be kept. Position in WGS84 degrees, time with zone; None where untold."""

    data: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def refuse(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"photos": [sentence]})


def kind_of(head: bytes) -> str:
    """What the first bytes say: JPEG, PNG, WEBP, HEIF, PDF; empty for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "HEIF"
    return "PDF" if head.startswith(b"%PDF-") else ""


def clean(file: IO[bytes], *, allow_documents: bool) -> Clean:
    """A clean copy of a picture, or a checked document.

    Raises:
        Invalid: with field "photos"; wrong type, too many pixels, damaged.
    """
    file.seek(0)
    kind = kind_of(file.read(32))
    file.seek(0)
    if kind == "PDF":
        return _document(file, allow_documents)
    if kind == "HEIF" and "HEIF" not in Image.OPEN:
        raise refuse(_("HEIC pictures cannot be read here. Send it as JPEG."))
    if not kind:
        raise refuse(_("Only JPEG, PNG or WebP pictures can be added."))
    try:
        return _picture(file, kind)
    except READ_ERRORS as error:
        raise refuse(_("The picture is damaged and cannot be read.")) from error


def _document(file: IO[bytes], is_allowed: bool) -> Clean:
    if not is_allowed:
        raise refuse(_("Documents can only be added to a reply, by staff."))
    data = file.read()
    if b"%%EOF" not in data[-1024:]:
        raise refuse(_("The document is damaged and cannot be read."))
    if any(word in data for word in ACTIVE_PDF):
        raise refuse(_("The document carries a program or another file inside."))
    return Clean(data, "application/pdf")


def _picture(file: IO[bytes], kind: str) -> Clean:
    image: Image.Image = Image.open(file, formats=[kind])
    width, height = image.size
    if width * height > settings.UPLOAD_MAX_PIXELS:
        limit = settings.UPLOAD_MAX_PIXELS // 1_000_000
        raise refuse(
            _("The picture has too many pixels: %(limit)s million at most.")
            % {"limit": limit}
        )
    taken_at, lon, lat = _told_by(image)
    if kind == "JPEG":
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.thumbnail(
        (LONGEST_SIDE, LONGEST_SIDE)
    )  # first, so that only the small is copied
    image = ImageOps.exif_transpose(image)
    target = "JPEG" if kind == "HEIF" else kind
    data = _encode(image, target)
    size = image.size
    return Clean(data, f"image/{target.lower()}", *size, taken_at, lon, lat)


def _encode(image: Image.Image, kind: str) -> bytes:
    """The picture alone, as bytes. A fresh image, so that no metadata rides along."""
    has_alpha = kind != "JPEG" and "A" in image.convert(_plain(image)).mode
    plain = image.convert("RGBA" if has_alpha else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = io.BytesIO()
    options: dict[str, Any] = {"PNG": {"optimize": False}}.get(kind, {"quality": 85})
    bare.save(out, kind, **options)
    return out.getvalue()


def _plain(image: Image.Image) -> str:
    """RGBA where any pixel can be seen through, else RGB."""
    return "RGBA" if image.has_transparency_data else "RGB"


def cover(file: IO[bytes], boxes: Sequence[tuple[int, int, int, int]]) -> bytes:
    """The picture with black boxes (x, y, width, height in pixels) burnt in, same type.

    Nothing of what lay under a box is left in the bytes.

    Raises:
        Invalid: with field "photos"; damaged.
    """
    file.seek(0)
    kind = kind_of(file.read(32))
    file.seek(0)
    try:
        image = Image.open(file, formats=[kind] if kind else None)
        plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
        pen = ImageDraw.Draw(plain)
        for x, y, width, height in boxes:
            pen.rectangle((x, y, x + width - 1, y + height - 1), fill="black")
        return _encode(plain, kind or "PNG")
    except READ_ERRORS as error:
        raise refuse(_("The picture is damaged and cannot be read.")) from error


def thumbnail(file: IO[bytes]) -> bytes:
    """A small JPEG of a picture that `clean` has made."""
    image = Image.open(file, formats=["JPEG", "PNG", "WEBP"])
    image.draft("RGB", (THUMB_SIDE, THUMB_SIDE))
    image.thumbnail((THUMB_SIDE, THUMB_SIDE))
    backed = Image.new("RGB", image.size, "white")
    seen = image.convert("RGBA")
    backed.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    backed.save(out, "JPEG", quality=80)
    return out.getvalue()


def _told_by(
    image: Image.Image,
) -> tuple[datetime | None, float | None, float | None]:
    """Time and place that the camera wrote; what cannot be right is left out."""
    try:
        exif = image.getexif()
        shot = exif.get_ifd(ExifTags.IFD.Exif)
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        return (_taken_at(shot), *_position(place))
    except READ_ERRORS:
        return None, None, None


def _taken_at(shot: dict[int, Any]) -> datetime | None:
    day, _space, clock = str(shot.get(ExifTags.Base.DateTimeOriginal, "")).partition(
        " "
    )
    zone = str(shot.get(ExifTags.Base.OffsetTimeOriginal, "")).strip(" \0")
    text = f"{day.replace(':', '-')} {clock.strip(' ' + chr(0))}"
    moment = parse_datetime(text + zone) or parse_datetime(text)
    if moment is None:
        return None
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment, timezone.get_default_timezone())
    is_sane = moment.year >= 1990 and moment < timezone.now() + timedelta(days=1)
    return moment if is_sane else None


def _position(place: dict[int, Any]) -> tuple[float | None, float | None]:
    def degrees(number: int, letter: int, negative: str) -> float:
        d, m, s = (float(part) for part in place[number])
        sign = -1 if str(place.get(letter, "")).upper().startswith(negative) else 1
        return sign * (d + m / 60 + s / 3600)

    if ExifTags.GPS.GPSLatitude not in place or ExifTags.GPS.GPSLongitude not in place:
        return None, None
    lat = degrees(ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S")
    lon = degrees(ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W")
    is_sane = -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0.0, 0.0)
    return (round(lon, 7), round(lat, 7)) if is_sane else (None, None)
