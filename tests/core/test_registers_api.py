"""Registers for programs: list, one record, writing with the version that was read."""

from types import SimpleNamespace
from typing import Any

from django.test import Client

from governance.core.registers import Register
from grids.models import LineGrid
from tests.core.test_registers_pages import IDENTITY, PHONE, client_of, make
from tests.probe_register import probe

__all__ = ["probe"]
PATH = "/api/v1/registry/probe/"


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    call = client.post if method == "post" else client.patch
    return call(path, body, content_type="application/json")


def test_records_are_masked_filtered_and_paged(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    make(cast, forest, 5)
    client = client_of(cast.town_a)
    first = client.get(PATH, {"limit": 3}).json()
    assert len(first["results"]) == 3
    rest = client.get(first["next"]).json()
    assert len(rest["results"]) == 2
    assert rest["next"] is None
    text = str(first)
    assert PHONE not in text
    assert IDENTITY not in text
    row = first["results"][0]
    assert row["grid"] == "云城街道/星岩社区/第一网格"
    assert client.get(f"{PATH}{row['id']}/").json() == row
    other = forest.village_a2.code
    assert client.get(PATH, {"grid": other}).json()["results"] == []
    assert client_of(cast.town_b).get(f"{PATH}{row['id']}/").status_code == 404
    assert client_of(cast.resident).get(PATH).status_code == 403
    found = client.get("/api/v1/registry/").json()["results"]
    mine = next(r for r in found if r["key"] == "probe")
    assert mine["may_write"]
    batch = next(c for c in mine["columns"] if c["name"] == "batch")
    assert {"code": "party", "label": "党员"} in batch["choices"]


def test_a_program_writes_through_the_same_rules(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client = client_of(cast.town_a)
    body = {
        "name": "陈一",
        "code": "A-1",
        "grid": forest.small_a1_1.code,
        "batch": "党员",
    }
    bad = send(
        client, "post", PATH, {**body, "leader_name": "12", "nothing": 1, "code": ""}
    )
    assert bad.status_code == 400
    assert set(bad.json()["fields"]) == {"leader_name", "nothing", "code"}
    made = send(client, "post", PATH, body)
    assert made.status_code == 201
    row = made.json()
    assert row["batch"] == "party"
    path = f"{PATH}{row['id']}/"
    assert send(client, "patch", path, {"name": "陈二"}).status_code == 400
    done = send(
        client, "patch", path, {"name": "陈二", "version": 1, "leader_name": PHONE}
    )
    assert done.status_code == 200
    assert done.json()["version"] == 2
    assert PHONE not in str(done.json())
    late = send(client, "patch", path, {"name": "陈三", "version": 1})
    assert late.status_code == 409
    assert late.json()["fields"]["name"] == {"theirs": "陈二", "yours": "陈三"}
    back = send(
        client, "patch", path, {"version": 2, "leader_name": done.json()["leader_name"]}
    )
    assert back.status_code == 200
    assert LineGrid.objects.get().leader_name == PHONE
    assert send(client_of(cast.leader), "post", PATH, body).status_code == 403
    assert LineGrid.objects.get().provenance["name"]["source"] == "api"
