"""P1: what one public submission costs, in statements and against a bare Django answer."""

import io
import itertools
import json
import sys
import time
import uuid
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path

from benchmarks import database, forest
from benchmarks.harness import Bar, interleaved, say
from benchmarks.visits import without_transaction

SIZES = {"10": (1, 1, 1, 10), "10,000": (25, 20, 2, 10)}
KINDS = {"10": "towns_10", "10,000": "towns_10k"}
NO_LIMIT = {
    "INTAKE_LIMIT_PER_ADDRESS": "1000000/h",
    "INTAKE_LIMIT_PER_PHONE": "1000000/h",
}
# What `startproject` gives: the plainest Django that answers a browser.
PLAIN = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def pong(request: object) -> HttpResponse:
    return HttpResponse("pong")


urlpatterns = [path("pong", pong)]


def _call(
    app: WSGIHandler, method: str, where: str, body: bytes = b"", **headers: str
) -> int:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": where, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, **headers,
    }  # fmt: skip
    seen: list[str] = []
    answer = app(environ, lambda status, _headers: seen.append(status))
    for _part in answer:
        pass
    answer.close()
    return int(seen[0].split()[0])


def measure() -> list[Bar]:
    counts: dict[str, list[str]] = {}
    with override_settings(**NO_LIMIT):
        ours = WSGIHandler()
        with override_settings(MIDDLEWARE=PLAIN):
            plain = WSGIHandler()
        numbers = itertools.count()

        def submit(name: str) -> None:
            towns, villages, smalls, micros = SIZES[name]
            lon, lat = forest.points(
                villages * smalls, towns * micros, 1, next(numbers)
            )[0]
            body = json.dumps(
                {"body": "路灯不亮，晚上很黑，请维修。", "lon": lon, "lat": lat, "crs": "wgs84",
                 "reporter_phone": "13800138000", "reporter_name": "林小芳"}
            ).encode()  # fmt: skip
            key = str(uuid.uuid4())
            status = _call(
                ours, "POST", "/api/v1/requests/", body, HTTP_IDEMPOTENCY_KEY=key
            )
            assert status == 201, status

        def ping() -> None:
            with override_settings(ROOT_URLCONF="benchmarks.p1_intake"):
                assert _call(plain, "GET", "/pong") == 200

        for name, kind in KINDS.items():
            with database.on(kind):
                _forest(kind, name)
                submit(name)
                with CaptureQueriesContext(connection) as seen:
                    submit(name)
                counts[name] = without_transaction(seen)
        with database.switched("towns_10k"):
            submit("10,000")
            ping()
            took = interleaved(
                {"pong": ping, "intake": lambda: submit("10,000")},
                clock=time.process_time,
            )
    details = {"statements": counts["10,000"],
               **{f"{k}_cpu_ms": round(v * 1000, 3) for k, v in took.items()}}  # fmt: skip
    return [
        Bar("P1", "public intake: SQL statements at 10,000 grids", len(counts["10,000"]), 14,
            "", details=details),
        Bar("P1", "the same: more than at 10 grids",
            abs(len(counts["10,000"]) - len(counts["10"])), 0, "", details={"at_10": counts["10"]}),
        Bar("P1", "intake / bare Django pong, CPU", took["intake"] / took["pong"], 20,
            details=details),
    ]  # fmt: skip


def _forest(kind: str, name: str) -> None:
    if database.note(kind) != "complete":
        say(f"Building a forest of {name} micro grids …")
        forest.build(*SIZES[name])
        database.note(kind, "complete")
