"""What a monitor is told: alive, ready, and figures only to whom they are for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.core import engine, health
from governance.core.models import Heartbeat


@pytest.fixture
def signs(db):
    for name in engine.PROCESSES:
        Heartbeat.objects.update_or_create(
            name=name, defaults={"beat_at": timezone.now()}
        )


def test_process_answers_without_asking_anything(client, django_assert_num_queries):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_every_part_works(client, signs):
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    others = {"database", "migrations", "redis", "outbox"}
    assert set(answer.json()["parts"]) == others | set(engine.PROCESSES)


@pytest.mark.parametrize("name", engine.PROCESSES)
def test_old_sign_of_life_is_not_ready(client, signs, settings, name):
    old = timezone.now() - timedelta(seconds=settings.ENGINE_SILENCE_SECONDS + 5)
    Heartbeat.objects.filter(name=name).update(beat_at=old)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    failing = [key for key, part in answer.json()["parts"].items() if not part["ok"]]
    assert failing == [name]


def test_process_never_seen_is_not_ready(client, signs):
    Heartbeat.objects.filter(name="relay").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (
        answer.json()["parts"]["relay"]["detail"]
        == "relay has never given a sign of life"
    )


def test_redis_away_is_told_without_a_traceback(client, signs, settings):
    settings.REDIS_URL = "redis+socket:///nowhere/redis.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["redis"] == {"ok": False, "detail": "ConnectionError"}


def test_missing_migration_is_told(client, signs, monkeypatch):
    monkeypatch.setattr(health, "_known_migrated", False)
    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda self, targets: [("a", False)]
    )
    assert (
        client.get("/readyz").json()["parts"]["migrations"]["detail"] == "1 not applied"
    )


@pytest.mark.parametrize(
    ("allowed", "peer", "status"),
    [
        (["127.0.0.1"], "127.0.0.1", 200),
        (["127.0.0.1"], "10.0.0.9", 403),
        (["10.0.0.0/8"], "10.0.0.9", 200),
        (["10.0.0.0/8", "::1"], "::1", 200),
        (["127.0.0.1"], "", 403),
    ],
)
def test_figures_are_for_allowed_addresses(client, settings, allowed, peer, status):
    settings.METRICS_ALLOWED = allowed
    answer = client.get("/metrics", REMOTE_ADDR=peer)
    assert answer.status_code == status
    if status == 200:
        assert b"django_http_requests_total_by_method_total" in answer.content


def test_forwarded_address_is_believed_only_behind_a_proxy_of_ours(client, settings):
    settings.METRICS_ALLOWED = ["192.0.2.1"]
    forged = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    assert client.get("/metrics", **forged).status_code == 403
    settings.PROXY_COUNT = 1
    assert client.get("/metrics", **forged).status_code == 200
    # What the visitor wrote himself stands further left than what our proxy saw.
    forged["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 203.0.113.7"
    assert client.get("/metrics", **forged).status_code == 403


@pytest.mark.parametrize("url", ["/healthz", "/readyz", "/metrics"])
def test_only_reading(client, db, url):
    assert client.post(url).status_code == 405
