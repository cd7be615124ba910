"""The engine in the admin: read, and run again."""

import pytest
from django.urls import reverse

from governance.core import consumers, events
from governance.core.models import Delivery, Event, User
from tests.engine import make_event, outbox, own_registry


@pytest.fixture
def chief(client, db) -> User:
    user = User.objects.create_superuser("chief", password="x")
    client.force_login(user)
    return user


@pytest.fixture
def stuck(db, settings):
    """One event whose only consumer gave up."""
    settings.OUTBOX_MAX_ATTEMPTS = 1
    with own_registry():

        def poison(event: Event) -> None:
            raise ValueError("broken on purpose")

        events.consumer("poison", "probe.rung")(poison)
        event = make_event()
        consumers.deliver([event.pk])
        yield event


@pytest.mark.parametrize("model", ["event", "outbox", "delivery", "heartbeat"])
def test_lists_open_and_offer_no_change(client, chief, stuck, model):
    answer = client.get(reverse(f"admin:core_{model}_changelist"))
    assert answer.status_code == 200
    assert not answer.context["cl"].model_admin.has_add_permission(answer.wsgi_request)
    assert client.get(reverse(f"admin:core_{model}_add")).status_code == 403


def test_the_reason_is_shown_and_run_again_makes_it_due(client, chief, stuck):
    url = reverse("admin:core_delivery_changelist")
    assert "broken on purpose" in client.get(url + "?state=set_aside").content.decode()
    row = Delivery.objects.get()
    client.post(url, {"action": "run_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 0)
    assert outbox(stuck).done_at is None


def test_who_may_only_look_has_no_button(client, stuck):
    from django.contrib.auth.models import Permission

    user = User.objects.create(username="looks", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    client.force_login(user)
    page = client.get(reverse("admin:core_delivery_changelist"))
    assert page.status_code == 200
    client.post(
        reverse("admin:core_delivery_changelist"),
        {"action": "run_again", "_selected_action": [Delivery.objects.get().pk]},
    )
    assert Delivery.objects.get().state == "set_aside"
