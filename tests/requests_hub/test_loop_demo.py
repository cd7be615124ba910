"""The demo's requests."""

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.utils import timezone

from governance.core.models import Attachment
from requests_hub import demo
from requests_hub.models import Likeness, Request, Task
from requests_hub.workflow import REQUEST


@pytest.mark.django_db
def test_the_demo_shows_every_state_once_loaded_and_only_once(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    call_command("load_demo")
    rows = Request.objects.filter(external_id__startswith="demo-")
    assert rows.count() == 49
    states = set(rows.values_list("state", flat=True))
    assert states == {s.code for s in REQUEST.states} - {"draft"}
    assert all(r.micro_id or r.external_id == "demo-covered" for r in rows)
    assert rows.overdue().exists()
    assert Task.objects.overdue().exists()
    assert rows.filter(submitted_at__gt=timezone.now()).count() == 0
    assert Attachment.objects.filter(subject_type="request").count() > 40
    groups = Likeness.objects.filter(issue__isnull=False).values("issue")
    sizes = groups.annotate(n=Count("pk")).order_by("-n").values_list("n", flat=True)
    assert list(sizes)[:2] == [4, 3]
    assert demo.load() == 0
