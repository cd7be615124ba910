"""Is the forest sound? `parent` is the truth; everything else is compared with it."""

from django.utils.translation import gettext as _

from governance.core import events
from governance.core.events import Actor
from grids.actions import codes, numbering, tree
from grids.models import District, Grid


def faults() -> list[str]:
    """One sentence per grid that is wrong, in order of code."""
    grids = {
        pk: (code, level, parent_id)
        for pk, code, level, parent_id in Grid.objects.order_by().values_list(
            "pk", "code", "level", "parent_id"
        )
    }
    nodes = numbering.read()
    right = numbering.number(nodes)
    found: list[tuple[str, str]] = []
    for node in nodes:
        code, level, parent_id = grids.get(node.pk, (node.code, "", node.parent_id))
        up = grids.get(parent_id) if parent_id else None
        above = codes.LEVEL_ABOVE.get(level)
        if (up[1] if up else None) != above:
            found.append(
                (code, _("%(code)s hangs at the wrong level.") % {"code": code})
            )
        elif up and not code.startswith(up[0]):
            found.append(
                (
                    code,
                    _("%(code)s does not start with its parent's code.")
                    % {"code": code},
                )
            )
        if node.pk not in right:
            found.append((code, _("%(code)s hangs in a circle.") % {"code": code}))
        elif node.edges != right[node.pk]:
            wrong = {"code": code, "is": node.edges, "should": right[node.pk]}
            found.append(
                (
                    code,
                    _("%(code)s: tree, left, right, depth are %(is)s, not %(should)s.")
                    % wrong,
                )
            )
    return [text for _code, text in sorted(found)]


@tree.structural
def rebuild(*, by: Actor) -> int:
    """Rewrite all edges from `parent`; returns how many rows changed."""
    changed = numbering.renumber()
    for district in District.objects.all():
        tree.touch(district.pk)
        events.record("grid.tree_rebuilt", district, by, {"rows": changed})
    return changed
