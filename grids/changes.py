"""What pages say about changes of the tree: the acts offered, their preview, the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from grids import following, rights
from grids.actions.plans import Trial
from grids.actions.tree_life import POSTS
from grids.models import District, Grid, GridChange, GridPlan
from grids.tree_forms import (
    ChangeForm,
    CreateForm,
    EditForm,
    MergeForm,
    MoveForm,
    RecodeForm,
    RenameForm,
    RetireForm,
    SplitForm,
)

MOST_CODES = 12


@dataclass(frozen=True)
class Act:
    """One kind of change as the pages offer it."""

    slug: str
    kind: str
    label: str | Promise
    icon: str
    form: type[ChangeForm]
    levels: tuple[str, ...] = ("large", "medium", "small", "micro")
    is_end: bool = False


ACTS = (
    Act(
        "create",
        "created",
        gettext_lazy("Add a grid below"),
        "plus-lg",
        CreateForm,
        ("large", "medium", "small"),
    ),
    Act("edit", "edited", gettext_lazy("Change details"), "pencil", EditForm),
    Act("rename", "renamed", gettext_lazy("Rename"), "type", RenameForm),
    Act("recode", "recoded", gettext_lazy("Re-code"), "upc-scan", RecodeForm),
    Act(
        "move",
        "moved",
        gettext_lazy("Move"),
        "sign-turn-right",
        MoveForm,
        ("medium", "small", "micro"),
    ),
    Act("split", "split", gettext_lazy("Split"), "scissors", SplitForm),
    Act("merge", "merged", pgettext_lazy("of grids", "Merge"), "intersect", MergeForm),
    Act(
        "retire",
        "retired",
        gettext_lazy("Retire"),
        "slash-circle",
        RetireForm,
        is_end=True,
    ),
)
BY_SLUG = {act.slug: act for act in ACTS}


def acts_for(request: HttpRequest, grid: Grid) -> list[Act]:
    """The changes of this grid that the viewer may make."""
    if grid.retired_on:
        return []
    return [
        act
        for act in ACTS
        if grid.level in act.levels and rights.may_change(request.user, grid, act.kind)
    ]


def form_for(
    act: Act, grid: Grid | None, district: District, data: Mapping[str, Any] | None
) -> ChangeForm:
    """The form of an act, bound when `data` is given."""
    extra: dict[str, Any] = {}
    if act.slug == "create":
        extra["district"] = district
    if act.slug == "split":
        count = str((data or {}).get("parts", "1"))
        extra["parts"] = int(count) if count.isascii() and count.isdigit() else 1
        if (
            data and "more_parts" in data
        ):  # the same again with one more, nothing judged yet
            extra |= {"parts": extra["parts"] + 1, "initial": dict(data.items())}
            data = None
    return act.form(grid, data, **extra)


@dataclass
class Line:
    """One line of a preview or of the history: what, and what becomes of it."""

    what: str
    then: str
    code: str = ""
    icon: str = "arrow-right"


@dataclass
class Story:
    """A change in words. `lines` say what became of the grids, `along` what went with them."""

    change: GridChange | None
    lines: list[Line] = field(default_factory=list)
    along: list[str] = field(default_factory=list)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    more_codes: int = 0


def preview(trial: Trial) -> Story:
    """What a change would do, in words."""
    names = _names(trial.effects, [*trial.before, *trial.after])
    story = Story(None, _lines(trial.kind, trial.before, trial.after))
    story.along = [_along(effect, names) for effect in trial.effects]
    story.codes = trial.codes[:MOST_CODES]
    story.more_codes = max(0, len(trial.codes) - MOST_CODES)
    return story


def history(grid: Grid) -> list[Story]:
    """All changes of a grid, newest first; three statements."""
    changes = list(grid.changes.select_related("by").order_by("-on", "-pk"))
    effects = [effect for change in changes for effect in change.effects]
    known = [row for change in changes for row in (*change.before, *change.after)]
    names = _names(effects, known)
    return [
        Story(
            change,
            _lines(change.kind, change.before, change.after),
            [_along(effect, names) for effect in change.effects],
        )
        for change in changes
    ]


def waiting(grid: Grid) -> list[GridPlan]:
    """Plans for this grid that wait or could not be carried out."""
    states = (GridPlan.State.WAITING, GridPlan.State.REFUSED)
    plans = grid.plans.filter(state__in=states).select_related("by")
    return list(plans.order_by("on", "pk"))


def label_of(kind: str) -> str:
    """The act of a kind of change as a word."""
    return next((str(act.label) for act in ACTS if act.kind == kind), kind)


def _names(
    effects: list[dict[str, Any]], known: list[dict[str, Any]]
) -> dict[int, str]:
    names = {row["id"]: row["name"] for row in known}
    missing = {e["to"] for e in effects if e["to"] and e["to"] not in names}
    if missing:
        names |= dict(Grid.objects.filter(pk__in=missing).values_list("pk", "name"))
    return names


def _along(effect: dict[str, Any], names: dict[int, str]) -> str:
    """E.g. "12 people go to 城北村"."""
    n, to = effect["n"], effect["to"]
    if effect["key"] == POSTS:
        what = ngettext("%(n)s post", "%(n)s posts", n) % {"n": n}
    else:
        what = _("%(n)s %(label)s") % {
            "n": n,
            "label": following.label_of(effect["key"]),
        }
    if to is None:
        return _("%(what)s end") % {"what": what}
    return _("%(what)s: to %(grid)s") % {"what": what, "grid": names.get(to, "—")}


def _lines(
    kind: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[Line]:
    """Each grid on either side, with what changed in it."""
    was = {row["id"]: row for row in before}
    now = {row["id"]: row for row in after}
    lines = []
    for pk, row in now.items():
        lines.append(_line(was.get(pk), row))
    for pk, row in was.items():
        if pk not in now:
            lines.append(Line(row["name"], _("is retired"), row["code"]))
    if kind == "retired" and len(after) > 1:
        lines = [
            Line(before[0]["name"], _("is retired"), before[0]["code"]),
            Line(after[1]["name"], _("takes over"), after[1]["code"]),
        ]
    elif kind == "retired":
        lines = [Line(before[0]["name"], _("is retired"), before[0]["code"])]
    return lines


def _line(old: dict[str, Any] | None, new: dict[str, Any]) -> Line:
    if old is None:
        return Line(new["name"], _("is new"), new["code"])
    said = []
    if old["name"] != new["name"]:
        said.append(_("was called %(name)s") % {"name": old["name"]})
    if old["code"] != new["code"]:
        said.append(_("had the code %(code)s") % {"code": old["code"]})
    if old["area_type"] != new["area_type"]:
        area = Grid.AreaType(old["area_type"]).label
        said.append(_("was %(area)s") % {"area": area})
    return Line(new["name"], _(", ").join(said) or _("stays"), new["code"])
