"""Beat also sweeps files that nobody used."""

import io
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from governance.core import attachments
from governance.core.models import Attachment, User
from governance.core.tasks import sweep_loose_files


def test_beat_sweeps_what_nobody_used(db: None) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    upload = SimpleUploadedFile("a.png", picture.getvalue(), "image/png")
    row = attachments.store(upload, by=User.objects.create(username="loose"))
    assert sweep_loose_files() == 0
    old = timezone.now() - timedelta(days=3)
    Attachment.objects.filter(pk=row.pk).update(created_at=old)
    assert sweep_loose_files() == 1
    assert not Attachment.objects.exists()
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "core.sweep_loose_files" in tasks
