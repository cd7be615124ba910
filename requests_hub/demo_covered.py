"""Demo of a picture with covered parts: a drawn street with a number plate and a passer-by."""

import io

from django.core.files.base import ContentFile
from django.db import transaction

from governance.core import attachments, dictionaries
from governance.core.models import Attachment, User
from grids.models import District, Grid
from requests_hub.actions import desk, intake, redaction
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request

NUMBER = "demo-covered"
VILLAGE = "445302001009"
PLATE, FACE = (168, 236, 112, 34), (392, 128, 44, 50)


@transaction.atomic
def load(district: District) -> int:
    """Make the request once; gives how many were made."""
    if Request.objects.filter(district=district, external_id=NUMBER).exists():
        return 0
    by = User.objects.get(username="town_a")
    photo = attachments.store(
        ContentFile(street(), name="现场.jpg"), by=by, purpose=Attachment.Purpose.BEFORE
    )
    request = intake.submit_request(
        district=district,
        channel=Request.Channel.STAFF,
        by=by,
        title="小车停在人行道上",
        body="中午起一辆小车停在幸福巷人行道盲道上，老人和推车只能走到马路中间。",
        category=dictionaries.item(CATEGORIES, "090601"),
        grid=Grid.objects.get(code=VILLAGE),
        external_id=NUMBER,
        files=[photo],
    ).request
    desk.accept(request, by=by)
    redaction.redact(request, photo.pk, [PLATE, FACE], by=by, reason="车牌和行人")
    return 1


def street() -> bytes:
    """A parked car with an invented plate and a passer-by, as JPEG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (480, 320), "#c3d2de")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 230, 480, 320), fill="#7a8288")
    draw.rectangle((0, 230, 480, 246), fill="#d9b64a")
    draw.rounded_rectangle((96, 150, 352, 262), 26, fill="#3f6a8f")
    draw.rounded_rectangle((140, 104, 308, 172), 24, fill="#2f5170")
    draw.rectangle((160, 116, 288, 160), fill="#dbe8f0")
    for x in (120, 284):
        draw.ellipse((x, 232, x + 56, 288), fill="#22272b", outline="#9aa3aa", width=6)
    draw.rectangle((170, 238, 278, 268), fill="#1f4fa0", outline="#ffffff", width=2)
    draw.text((184, 246), "W - 0 0 0 0 0", fill="#ffffff")
    draw.ellipse((394, 130, 434, 176), fill="#e3b58f")
    draw.rectangle((386, 176, 442, 262), fill="#7c5b86")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
