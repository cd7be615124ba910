"""/api/v1 keeps to its own description, whoever calls and whatever they send."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from rest_framework.authtoken.models import Token

from governance.core import dictionaries
from requests_hub.actions import steps
from requests_hub.actions.actors import Reporter
from requests_hub.models import Request, Task, Whistle
from tests.factories.requests_hub import Makers
from tests.openapi.driver import described, drive, with_known
from tests.requests_hub.open311_help import program

pytestmark = pytest.mark.django_db
STATES = (
    "submitted",
    "accepted",
    "dispatched",
    "handling",
    "whistled",
    "replied",
    "checking",
    "closed",
    "held",
)

LISTS = ("/api/v1/requests/", "/api/v1/tasks/", "/api/v1/grids/", "/api/v1/registry/")
CALLERS = ("resident", "worker_a", "officer_a", "town_a", "district")


@pytest.fixture(autouse=True)
def _own(settings: Any, district: Any) -> None:
    settings.DISTRICT_CODE = district.code
    settings.INTAKE_LIMIT_PER_ADDRESS = "1000000/h"
    settings.INTAKE_LIMIT_PER_PHONE = "1000000/h"
    settings.ALLOWED_HOSTS = ["*"]
    cache.clear()
    dictionaries.forget()
    call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()


def known(forest: Any, cast: Any, departments: Any, key: str) -> dict[str, Any]:
    """Values that exist, by the beginning of an address."""
    make = Makers(forest, cast, departments)
    rows = [make.request(state) for state in STATES]
    tasks, whistles = list(Task.objects.all()), list(Whistle.objects.all())
    people = [cast.worker_a.username, cast.officer_a.username]
    codes = [row.code for row in dictionaries.items("request_category")[:3]]
    codes_of = [d.code for d in departments.values()]
    found = {
        "": {
            "X-API-Key": [key],
            "X-Follow-Code": [row.follow_code for row in rows],
            "category": codes,
            "code": [forest.town_a.code, forest.village_a1.code],
            "grid": [forest.town_a.code, forest.village_a1.code],
            "files": [],
            "holder": people,
            "lead": codes_of,
            "assist": codes_of,
            "departments": codes_of,
            "target": [row.no for row in rows],
            "lon": [112.005],
            "lat": [22.905],
        },
        "/api/v1/requests/": {"reporter_phone": ["13800990000"], "channel": []},
        "/api/v1/requests/{": {"key": [rows[0].no, str(rows[-1].pk)]},
        "/api/v1/tasks/{": {"id": [task.pk for task in tasks]},
        "/api/v1/whistles/{": {"id": [row.pk for row in whistles]},
        "/api/v1/registry/": {"key": ["departments", "subscriptions"]},
    }
    everybody = [getattr(cast, name) for name in CALLERS]
    for kind, field, subjects in (
        ("requests", "key", rows),
        ("tasks", "id", tasks),
        ("whistles", "id", whistles),
    ):
        for subject in subjects:
            for name in _open_steps(subject, everybody):
                path = f"/api/v1/{kind}/{{{field}}}/{name}/"
                mine = subject.no if kind == "requests" else subject.pk
                found.setdefault(path, {}).setdefault(field, []).append(mine)
    return found


def _open_steps(subject: Any, everybody: list[Any]) -> set[str]:
    """What anybody of them may do with it now."""
    actors = [
        *everybody,
        *([Reporter(subject.pk)] if isinstance(subject, Request) else []),
    ]
    return {step.name for actor in actors for step in steps.available(subject, actor)}


@pytest.fixture
def schema(forest: Any, cast: Any, departments: Any) -> dict[str, Any]:
    key = program(forest.district, may_report=True, may_hotline=True)
    found = described("/api/schema/?format=json")
    return with_known(found, known(forest, cast, departments, key))


def token(user: Any) -> dict[str, str]:
    return {"Authorization": f"Token {Token.objects.create(user=user).key}"}


def test_keeps_to_its_description(
    schema: dict[str, Any], cast: SimpleNamespace
) -> None:
    callers = {name: token(getattr(cast, name)) for name in CALLERS}
    faults = drive(schema, callers={"nobody": {}, **callers})
    assert not faults.found, str(faults)
    reached = {label for label, status in faults.statuses if status in (200, 201)}
    assert {f"GET {path}" for path in LISTS} <= reached
    assert len(reached) > 30, sorted(reached)  # not all of it was turned away
