"""Pages of a register: list, form, record, print; two clerks at one record."""

from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.core.registers import Register
from grids.models import LineGrid
from tests.probe_register import probe, save
from tests.statements import own

__all__ = ["probe"]
PHONE, IDENTITY = "13812340917", "999999199001014034"


def make(cast: Any, forest: Any, n: int = 1, **more: Any) -> list[LineGrid]:
    values = {
        "grid": forest.small_a1_1,
        "leader_name": PHONE,
        "identity": "999999199001014034",
        **more,
    }
    return [
        save(None, {"name": f"赖玉珍{i}", "code": f"P-{i}", **values}, by=cast.district)
        for i in range(n)
    ]


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def count(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(own(caught.captured_queries))


def test_a_list_costs_the_same_for_one_row_and_for_fifty(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client = client_of(cast.town_a)
    make(cast, forest, 1)
    one = count(client, "/registry/probe/")
    LineGrid.objects.all().delete()
    make(cast, forest, 60)
    fifty = count(client, "/registry/probe/")
    assert one == fifty
    assert fifty <= 8
    page = client.get("/registry/probe/").content.decode()
    assert page.count("data-row") == 50
    assert "before=" in page


def test_personal_values_are_masked_on_every_page(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = make(cast, forest)[0]
    client = client_of(cast.town_a)
    for path in ("", f"{row.pk}/", f"{row.pk}/edit/", "print/"):
        page = client.get(f"/registry/probe/{path}").content.decode()
        assert PHONE not in page, path
        assert "999999199001014034" not in page, path
        assert "138 ＊＊＊＊ 0917" in page, path


def test_the_query_string_is_the_filter(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    make(cast, forest, 2)
    save(None, {"name": "冼桂兰", "code": "Q", "grid": forest.micro_a2_1_1}, by="test")
    client = client_of(cast.town_a)
    code = forest.village_a2.code
    page = client.get(f"/registry/probe/?grid={code}").content.decode()
    assert "冼桂兰" in page
    assert "赖玉珍" not in page
    assert "城北村" in page
    assert "冼桂兰" not in client.get("/registry/probe/?q=赖玉珍").content.decode()
    empty = client.get("/registry/probe/?q=没有这个人").content.decode()
    assert "data-row" not in empty
    assert 'class="empty"' in empty


def test_outside_the_scope_a_record_is_not_there(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = make(cast, forest)[0]
    other = client_of(cast.town_b)
    assert other.get(f"/registry/probe/{row.pk}/").status_code == 404
    assert other.get(f"/registry/probe/{row.pk}/edit/").status_code == 404
    assert "data-row" not in other.get("/registry/probe/").content.decode()
    assert client_of(cast.resident).get("/registry/probe/").status_code == 403
    assert client_of(cast.leader).get("/registry/probe/new/").status_code == 403
    assert client_of(cast.leader).get("/registry/probe/").status_code == 200
    assert client_of(cast.leader).get("/registry/nothing/").status_code == 404


def test_a_form_reads_as_a_file_does_and_tells_faults_at_the_field(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client = client_of(cast.town_a)
    assert client.get("/registry/probe/new/").status_code == 200
    given = {
        "name": "陈一",
        "code": "N-1",
        "grid": "星岩社区/第一网格",
        "batch": "party",
    }
    wrong = client.post(
        "/registry/probe/new/",
        {**given, "leader_name": "1380917", "identity": "999999199001014035"},
    )
    assert wrong.status_code == 422
    errors = wrong.context["form"].errors
    assert set(errors) == {"leader_name", "identity"}
    assert LineGrid.objects.count() == 0
    done = client.post(
        "/registry/probe/new/", {**given, "leader_name": "１３８ 1234 0917"}
    )
    assert done.status_code == 302
    row = LineGrid.objects.get()
    assert (row.leader_name, row.batch, row.small_id) == (
        PHONE,
        "party",
        forest.small_a1_1.pk,
    )
    assert row.provenance["leader_name"]["source"] == "manual"
    outside = client.post(
        "/registry/probe/new/", {**given, "code": "N-2", "grid": "河口社区"}
    )
    assert "grid" in outside.context["form"].errors
    again = client.post("/registry/probe/new/", given)
    assert again.status_code == 422
    assert "code" in again.context["form"].errors


def form_data(client: Client, path: str) -> dict[str, str]:
    """What a browser would send back unchanged, hidden first values included."""
    form = client.get(path).context["form"]
    data = {"seen_version": str(form.row.version)}
    for name in form.fields:
        value = form[name].value()
        data[name] = "" if value is None else str(value)
        data[f"initial-{name}"] = data[name]
    return data


def test_two_clerks_change_one_record(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = make(cast, forest)[0]
    path = f"/registry/probe/{row.pk}/edit/"
    first, second = client_of(cast.town_a), client_of(cast.worker_a)
    mine, theirs = form_data(first, path), form_data(second, path)
    assert (
        second.post(
            path, {**theirs, "name": "赖玉珠", "leader_name": "13912340000"}
        ).status_code
        == 302
    )
    answer = first.post(path, {**mine, "name": "赖玉贞", "batch": "mass"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "赖玉珠" in page
    assert "赖玉贞" in page
    assert "李秀英" in page
    row.refresh_from_db()
    assert (row.name, row.batch) == ("赖玉珠", "")
    seen = str(answer.context["form"].seen_version)
    settled = first.post(
        path,
        {
            **mine,
            "name": "赖玉贞",
            "batch": "mass",
            "seen_version": seen,
            "take-name": "theirs",
            "take-batch": "mine",
        },
    )
    assert settled.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.batch, row.leader_name) == ("赖玉珠", "mass", "13912340000")
    record = first.get(f"/registry/probe/{row.pk}/").content.decode()
    assert "赖玉珍0" in record
    assert "13912340000" not in record
    assert "李秀英" in record


def test_an_unchanged_form_changes_nothing(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = make(cast, forest, batch="mass", level="small")[0]
    client = client_of(cast.town_a)
    path = f"/registry/probe/{row.pk}/edit/"
    assert client.post(path, form_data(client, path)).status_code == 302
    row.refresh_from_db()
    assert row.version == 1
