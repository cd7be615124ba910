"""What the matching found, in words for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.core import dictionaries
from grids.models.nets import LINES

ICONS = {
    "code": "upc-scan",
    "name": "tag",
    "area": "intersect",
    "elsewhere": "pin-map",
    "other": "diagram-2",
    "carried": "arrow-repeat",
}
TREE = {
    "grid.split": "split",
    "grid.merged": "merged",
    "grid.moved": "moved",
    "grid.recoded": "recoded",
    "grid.retired": "retired",
}


def line_label(code: str) -> str:
    """The name of a work line; its code where the dictionary has no such entry."""
    return dictionaries.label(LINES, code)


def reason(found: Mapping[str, Any]) -> dict[str, Any]:
    """{icon, text, is_minus} for `components/candidate.html`."""
    code = found["code"]
    return {
        "icon": ICONS[code.split("_")[0]],
        "text": _reason_words(code, found),
        "is_minus": found.get("is_minus", False),
    }


def _reason_words(code: str, found: Mapping[str, Any]) -> str:
    simple = {
        "code": _("the same code"),
        "code_digits": _("the same digits behind the line's letters"),
        "code_prefix": _("its code begins with this one, and name or area agree"),
        "code_prefix_only": _("its code begins with this one, nothing else agrees"),
        "name_full": _("parent and name are the same"),
        "name_below": _("the same name, two levels below the parent"),
        "name_once": _("the only grid of this name; no parent given"),
        "name_alike": _("a name much alike"),
        "name_in": _("its name stands in the line's"),
    }
    if code in simple:
        return simple[code]
    if code == "name":
        return _("the same name in %(parent)s") % {"parent": found.get("parent", "")}
    if code == "name_many":
        n = int(found.get("n", 2))
        return ngettext(
            "one of %(n)s grid of this name", "one of %(n)s grids of this name", n
        ) % {"n": n}
    if code == "area":
        words = _("%(line)s%% of its area lies here, %(grid)s%% of this grid")
        return words % {
            "line": found.get("of_line", 0),
            "grid": found.get("of_grid", 0),
        }
    if code == "elsewhere":
        return _("its outline lies elsewhere")
    if code == "carried":
        words = _("carried along from %(code)s: %(why)s")
        why = _tree_words(str(found.get("event", "")))
        return words % {"code": found.get("from", ""), "why": why}
    return _("not in %(parent)s, which the line names") % {
        "parent": found.get("parent", "")
    }


def finding(found: Mapping[str, Any]) -> str:
    """Why a line grid stands where it stands, in one phrase."""
    code = found["code"]
    simple = {
        "nothing": _("no grid like it"),
        "weak": _("only weak candidates"),
        "close": _("two candidates almost alike"),
        "unsure": _("the best candidate is not sure"),
        "elsewhere": _("code or name say one grid, the outline another"),
        "other_parent": _("the grid is not in the parent that the line names"),
        "gone": _("no longer in the newest list"),
        "better": _("a better candidate since it was confirmed"),
    }
    if code in simple:
        return simple[code]
    if code == "spread":
        n = int(found.get("n", 2))
        words = ngettext("lies in %(n)s grid", "lies in %(n)s grids", n)
        return words % {"n": n}
    if code == "claimed":
        return _("also claimed by %(codes)s") % {
            "codes": "、".join(found.get("by", ()))
        }
    if code == "other_line":
        return _("%(line)s has this outline at another grid (%(code)s)") % {
            "line": line_label(found.get("line", "")),
            "code": found.get("own_code", ""),
        }
    return _tree_words(str(found.get("event", "")))


def _tree_words(event: str) -> str:
    return {
        "split": _("the grid was split"),
        "merged": _("the grid was merged"),
        "moved": _("the grid was moved"),
        "recoded": _("the grid has a new code"),
        "retired": _("the grid was retired"),
    }.get(TREE.get(event, ""), _("the grid changed"))
