"""MPTT edges computed from `parent`, the truth; written where they differ.

Called under the lock of `grids/actions/tree.py` only.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from psycopg2.extras import execute_values

from grids.models import Grid

COLUMNS = ("pk", "parent_id", "code", "tree_id", "lft", "rght", "depth")


@dataclass(slots=True)
class Node:
    """One row of the forest as the tree sees it."""

    pk: int
    parent_id: int | None
    code: str
    tree_id: int = 0
    lft: int = 0
    rght: int = 0
    depth: int = 0

    @property
    def edges(self) -> tuple[int, int, int, int]:
        return self.tree_id, self.lft, self.rght, self.depth


def read(trees: Iterable[int] | None = None) -> list[Node]:
    """The nodes of some trees, or of the whole forest."""
    grids = Grid.objects.order_by()
    if trees is not None:
        grids = grids.filter(tree_id__in=set(trees))
    return [Node(*row) for row in grids.values_list(*COLUMNS)]


def number(nodes: Iterable[Node]) -> dict[int, tuple[int, int, int, int]]:
    """(tree_id, lft, rght, depth) by pk as `parent` says.

    Siblings keep the order of their present lft; those with equal edges go by code. A tree keeps
    its root's tree_id; a second root with the same one gets a new one. A node whose parent is
    not among `nodes` is left out.
    """
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in nodes:
        below[node.parent_id].append(node)
    for children in below.values():
        children.sort(key=lambda n: (n.lft or 2**31, n.code))
    roots = sorted(below[None], key=lambda n: (n.tree_id or 2**31, n.code))
    used: set[int] = {0}
    top = max((n.tree_id for n in roots), default=0)
    out: dict[int, tuple[int, int, int, int]] = {}
    for root in roots:
        tree_id = root.tree_id
        if tree_id in used:
            top += 1
            tree_id = top
        used.add(tree_id)
        _walk(root, tree_id, below, out)
    return out


def _walk(
    root: Node,
    tree_id: int,
    below: dict[int | None, list[Node]],
    out: dict[int, tuple[int, int, int, int]],
) -> None:
    edge = 0
    stack: list[tuple[Node, int, int]] = [(root, 0, -1)]
    while stack:
        node, depth, left = stack.pop()
        edge += 1
        if left >= 0:
            out[node.pk] = (tree_id, left, edge, depth)
            continue
        stack.append((node, depth, edge))
        stack.extend((child, depth + 1, -1) for child in reversed(below[node.pk]))


def renumber(trees: Iterable[int] | None = None) -> int:
    """Rewrite the edges of some trees (all when left out) where they differ from `parent`.

    Returns how many rows changed. Nodes that moved between trees must carry the new tree_id.
    """
    nodes = read(trees)
    right = number(nodes)
    return write(
        {
            n.pk: right[n.pk]
            for n in nodes
            if right.get(n.pk) != n.edges and n.pk in right
        }
    )


def write(edges: dict[int, tuple[int, int, int, int]]) -> int:
    """Store edges by pk, in one statement a thousand."""
    sql = f"""
        UPDATE {Grid._meta.db_table} g
           SET tree_id = v.tree_id, lft = v.lft, rght = v.rght, depth = v.depth
          FROM (VALUES %s) AS v (id, tree_id, lft, rght, depth) WHERE g.id = v.id
    """  # noqa: S608, SLF001 - a table name only
    if edges:
        with connection.cursor() as cursor:
            rows = [(pk, *four) for pk, four in edges.items()]
            execute_values(cursor.cursor, sql, rows, page_size=1000)
    return len(edges)
