"""What a period was about: categories and hot issues, as known at a moment.

Membership and titles of issues come from what triggers kept of them, a category from the row and
the events after that moment; so later joining, renaming and classifying changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from governance.core import dictionaries
from requests_hub.categories import CATEGORIES
from requests_hub.queries.bulletin_facts import FACTS, Window, ask
from requests_hub.workflow import REQUEST

LEAST = 2
OF_PERIOD = """, asked AS (
  SELECT a.*, (SELECT v.data ->> 'before' FROM core_event AS v
    WHERE v.thread_id = a.id AND v.name = 'request.classified'
      AND v.recorded_at > %(recorded)s ORDER BY v.id LIMIT 1) AS before_code
  FROM assessed AS a WHERE a.submitted_at >= %(start)s
)
"""
BY_CATEGORY = """
SELECT category_id, before_code, medium_id, count(*) AS n FROM asked GROUP BY 1, 2, 3
"""
MEMBERS = """, belongs AS (
  SELECT DISTINCT ON (m.request_id) m.request_id, m.issue_id
  FROM requests_hub_issuemember AS m JOIN asked AS a ON a.id = m.request_id
  WHERE m.at <= %(recorded)s ORDER BY m.request_id, m.id DESC
)
"""
HOTTEST = """
SELECT b.issue_id AS issue, count(*) AS n,
  count(DISTINCT l.person) + coalesce(sum(s.n), 0)::bigint AS people,
  count(*) FILTER (WHERE a.closed_at IS NULL AND a.state = ANY (%(open)s)) AS open,
  array_agg(a.medium_id) AS mediums, array_agg(a.category_id) AS categories,
  array_agg(a.before_code) AS before_codes,
  coalesce(array_agg(a.title) FILTER (WHERE a.is_private), '{}') AS guarded
FROM belongs AS b JOIN asked AS a ON a.id = b.request_id
JOIN requests_hub_likeness AS l ON l.request_id = a.id
LEFT JOIN LATERAL (SELECT count(*) AS n FROM requests_hub_supporter AS p
  WHERE p.request_id = a.id AND p.created_at < %(end)s AND p.created_at <= %(recorded)s) AS s
  ON true
WHERE b.issue_id IS NOT NULL
GROUP BY 1 HAVING count(*) >= %(least)s ORDER BY 3 DESC, 2 DESC, 1 LIMIT %(most)s
"""
HOW_MANY = """
SELECT b.issue_id AS issue, count(*) AS n FROM belongs AS b
WHERE b.issue_id = ANY (%(issues)s) GROUP BY 1
"""
TITLES = """
SELECT DISTINCT ON (issue_id) issue_id AS issue, title FROM requests_hub_issuename
WHERE issue_id = ANY (%(issues)s) AND at <= %(recorded)s ORDER BY issue_id, id DESC
"""


@dataclass(frozen=True)
class Hot:
    """One issue of a period; `title` is empty where only a private request told it."""

    issue: int
    title: str
    n: int
    people: int
    open: int
    mediums: Counter[int]
    category: str


def by_category(window: Window) -> list[tuple[str, int | None, int]]:
    """(name of the first level or "", village, requests received)."""
    rows = ask(FACTS + OF_PERIOD + BY_CATEGORY, window)
    return [(_class_of(row), row["medium_id"], row["n"]) for row in rows]


def hottest(window: Window, most: int) -> list[Hot]:
    """The issues that touch most people, of at least two requests received in the period."""
    named = {"open": list(REQUEST.open_states), "least": LEAST, "most": most}
    rows = ask(FACTS + OF_PERIOD + MEMBERS + HOTTEST, window, **named)
    issues = [row["issue"] for row in rows]
    found = ask(TITLES, window, issues=issues) if issues else []
    titles = {row["issue"]: row["title"] for row in found}
    return [_hot(row, titles.get(row["issue"], "")) for row in rows]


def how_many(window: Window, issues: Sequence[int]) -> dict[int, int]:
    """Requests of these issues that the period received."""
    if not issues:
        return {}
    text = FACTS + OF_PERIOD + MEMBERS + HOW_MANY
    return {row["issue"]: row["n"] for row in ask(text, window, issues=list(issues))}


def most_common(counted: Counter[Any], most: int) -> list[tuple[Any, int]]:
    """As of a counter, but equal numbers always in one order."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def _hot(row: dict[str, Any], title: str) -> Hot:
    parts = zip(row["categories"], row["before_codes"], strict=True)
    classes = Counter(
        _class_of({"category_id": pk, "before_code": code}) for pk, code in parts
    )
    return Hot(
        issue=row["issue"],
        title="" if title in row["guarded"] else title,
        n=row["n"],
        people=row["people"],
        open=row["open"],
        mediums=Counter(_known(row["mediums"])),
        category=next((name for name, _n in most_common(classes, 1)), ""),
    )


def _known(ids: Iterable[int | None]) -> list[int]:
    return [pk for pk in ids if pk is not None]


def _class_of(row: dict[str, Any]) -> str:
    """The Chinese name of the first level; the code that an event names goes before the row's."""
    code = row["before_code"]
    if code is None:
        item = dictionaries.by_id(row["category_id"])
    else:
        item = dictionaries.item(CATEGORIES, code) if code else None
    return dictionaries.path(item)[0].label_zh if item is not None else ""
