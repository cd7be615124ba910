"""Calls of pages and API as somebody, and the SQL they cause."""

import json
import re
from collections.abc import Mapping
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grids import locate

TRANSACTION = re.compile(r"^(BEGIN|COMMIT|ROLLBACK)\b")


def signed_in(username: str) -> Client:
    """A browser in which that demo account is signed in (in the database in use now)."""
    from governance.core.models import User

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(
        User.objects.get(username=username),
        backend=settings.AUTHENTICATION_BACKENDS[-1],
    )
    return client


def statements(client: Client, path: str, *, status: int = 200) -> list[str]:
    """The statements of one GET, without BEGIN and COMMIT; asked twice, the second counts.

    The first call fills caches of the process, which a running worker has. The look at the grids'
    version, at most one in three seconds whatever is asked, is left out also where a busy machine
    takes longer than that for one page.
    """
    client.get(path)
    locate.version()
    with (
        mock.patch.object(locate, "CHECK_SECONDS", 3600),
        CaptureQueriesContext(connection) as seen,
    ):
        answer = client.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}"
    return without_transaction(seen)


def without_transaction(seen: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in seen.captured_queries if not TRANSACTION.match(q["sql"])]


def buffers(sql: str) -> tuple[int, int]:
    """Buffer pages that a statement touches, and rows it reads and throws away."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql.replace('%', '%%')}", []
        )
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return int(pages), _thrown_away(plan)


def _thrown_away(plan: Mapping[str, Any]) -> int:
    own = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    return int(own) + sum(_thrown_away(part) for part in plan.get("Plans", []))


def page_query(found: list[str], table: str = "requests_hub_request") -> str:
    """The statement among them that reads the page's rows."""
    wanted = [sql for sql in found if f'FROM "{table}"' in sql and "LIMIT" in sql]
    pages = [sql for sql in wanted if "LIMIT 51" in sql] or wanted
    assert pages, "no page statement found"
    return max(pages, key=len)
