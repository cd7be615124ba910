"""Which captured statements are a page's own."""

from collections.abc import Iterable

# Whether reference data in memory is still fresh is asked once in seconds (grids) or a minute
# (dictionaries, calendar), by whichever page comes next: not a cost of that page.
TIMED = ("gridversion", "referenceversion")


def own(queries: Iterable[dict[str, str]]) -> list[str]:
    """The SQL of captured queries, without the timed looks at reference data."""
    texts = (query["sql"] for query in queries)
    return [sql for sql in texts if not any(name in sql for name in TIMED)]
