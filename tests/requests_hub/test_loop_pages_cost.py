"""What a page of the list costs the database, in buffer pages, for every scope (BARS P3)."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.core.models import User
from grids.actions.posts import appoint
from requests_hub.models import Request, Task
from requests_hub.paging import capped_count, newest_first
from requests_hub.turns import for_list

ROWS, MOST = 30_000, 100


@pytest.fixture
def crowd(make, forest, departments):
    """30,000 closed requests: one in 50 in town A, the rest in town B.

    Every fourth has a task of `water`; of `transport` there are sixty, all among the oldest.
    """
    model = make.request("accepted")
    task = {"kind": "whistle", "state": "closed", "title": "t", "round": 1}
    columns = [f.column for f in Request._meta.concrete_fields]
    new = {
        "id": "1000 + n * 2048",
        "no": "'B' || n",
        "follow_code": "'b' || n",
        "state": "'closed'",
        **{
            f"{level}_id": f"CASE WHEN n %% 50 = 0 THEN {{a_{level}}} ELSE {{b_{level}}} END"
            for level in ("large", "medium", "small", "micro")
        },
    }
    places = {
        f"{side}_{level}": grid.pk
        for side in "ab"
        for level, grid in (
            ("large", getattr(forest, f"town_{side}")),
            ("medium", getattr(forest, f"village_{side}1")),
            ("small", getattr(forest, f"small_{side}1_1")),
            ("micro", getattr(forest, f"micro_{side}1_1_1")),
        )
    }
    values = ", ".join(new.get(c, f'"{c}"') for c in columns).format(**places)
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("requests_hub_request", "requests_hub_task"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO requests_hub_request ({names}) SELECT {values} "
            f"FROM requests_hub_request, generate_series(1, {ROWS}) n WHERE id = %s",
            [model.pk],
        )
        for department, where in (
            (departments["water"], "n %% 4 = 0"),
            (departments["transport"], f"n %% 10 = 1 AND n < {ROWS // 50}"),
        ):
            _tasks(cursor, department, where, task)
        cursor.execute(
            "UPDATE requests_hub_request SET is_called = TRUE "
            "WHERE id IN (SELECT request_id FROM requests_hub_task)"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("requests_hub_request", "requests_hub_task"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")


def _tasks(cursor, department, where, fixed):
    base = {
        f.column: f.get_default() if f.has_default() else None
        for f in Task._meta.concrete_fields
    }
    for name, value in base.items():
        field = next(f for f in Task._meta.concrete_fields if f.column == name)
        base[name] = "" if value is None and not field.null else value
    base |= fixed
    taken = {
        "id": "r.id + 1",
        "request_id": "r.id",
        "district_id": "r.district_id",
        "created_at": "r.submitted_at",
        "department_id": str(department.pk),
    }
    names = [f.column for f in Task._meta.concrete_fields]
    values = ", ".join(taken.get(n, "%s") for n in names)
    quoted = ", ".join(f'"{n}"' for n in names)
    cursor.execute(
        f"INSERT INTO requests_hub_task ({quoted}) SELECT {values} FROM "
        "requests_hub_request r, LATERAL (SELECT (r.id - 1000) / 2048 AS n) s "
        f"WHERE r.no LIKE 'B%%' AND {where}",
        [base[n] for n in names if n not in taken],
    )


def somebody(cast, departments, forest, who):
    user, _made = User.objects.get_or_create(username=f"cost_{who}")
    posts = {
        "district": ("district", {"district": forest.district}),
        "town": ("township", {"grid": forest.town_b}),
        "cold town": ("township", {"grid": forest.town_a}),
        "village": ("grid_leader", {"grid": forest.village_b1}),
        "micro": ("grid_worker", {"grid": forest.micro_a1_1_1}),
        "worker": ("grid_worker", {"grid": forest.small_a1_1}),
        "officer": ("officer", {"department": departments["water"]}),
        "cold department": ("officer", {"department": departments["transport"]}),
    }
    role, where = posts[who.removesuffix(", deep")]
    appoint(user, role, by="test", **where)
    return User.objects.get(pk=user.pk)


def pages_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace("%", "%%"), []
        )
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


SCOPES = (
    "district", "town", "cold town", "village", "micro", "worker", "officer",
    "cold department",
)  # fmt: skip


def test_a_page_touches_few_buffers_in_every_scope(
    crowd, cast, departments, forest, rf
):
    cost, sizes = {}, {}
    for who in SCOPES:
        user = somebody(cast, departments, forest, who)
        seen = for_list(Request.objects.visible_to(user))
        params = rf.get("/").GET
        for depth in ("", ", deep"):
            with CaptureQueriesContext(connection) as queries:
                page = newest_first(seen, params, total=0)
            sql = next(q["sql"] for q in queries if "LIMIT 51" in q["sql"])
            sizes[who + depth] = len(page.rows)
            cost[who + depth] = pages_of(sql)
            params = rf.get(f"/{page.next_query}").GET
    assert {who: n for who, n in cost.items() if n > MOST} == {}
    assert sizes["officer"] == sizes["officer, deep"] == 50
    assert (sizes["cold department"], sizes["cold department, deep"]) == (50, 10)


def test_an_officer_reads_the_same_page_as_the_condition_says(
    crowd, cast, departments, forest, rf
):
    user = somebody(cast, departments, forest, "officer")
    appoint(user, "grid_worker", grid=forest.small_a1_1, by="test")
    user = User.objects.get(pk=user.pk)
    seen = Request.objects.visible_to(user)
    plain = list(seen.order_by("-pk").values_list("pk", flat=True)[:120])
    assert [row.pk for row in seen.newest(60)] == plain[:60]
    assert [row.pk for row in seen.newest(60, plain[59])] == plain[60:]
    few = seen.filter(large=forest.town_a)
    wanted = list(few.order_by("-pk").values_list("pk", flat=True)[:20])
    assert [row.pk for row in few.newest(20)] == wanted


def test_a_total_is_counted_where_it_is_cheap_and_the_same(
    crowd, cast, departments, forest
):
    for who, wanted in (("officer", 1001), ("cold department", 60)):
        seen = Request.objects.visible_to(somebody(cast, departments, forest, who))
        with CaptureQueriesContext(connection) as queries:
            assert capped_count(seen) == min(seen.count(), 1001) == wanted
        assert '"requests_hub_request"' not in queries[0]["sql"]
        closed = seen.filter(state="closed")
        assert capped_count(closed) == min(closed.count(), 1001)


def test_a_request_that_a_department_was_called_to_is_marked_for_good(make):
    row = make.request("whistled")
    assert Request.objects.get(pk=row.pk).is_called
    asked = make.request("accepted")
    assert not asked.is_called
    task = Task.objects.get(request=row, is_lead=True)
    Task.objects.filter(pk=task.pk).update(request=asked, whistle=None)
    assert Request.objects.get(pk=asked.pk).is_called
    Request.objects.filter(pk=row.pk).update(is_called=False)
    assert Request.objects.get(pk=row.pk).is_called
