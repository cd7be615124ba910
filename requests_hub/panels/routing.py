"""The pages of routing rules, of a trial, and of the versions of the suggestions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import dictionaries
from governance.core.models import User
from governance.core.workflow import Text
from governance.core.worktime import Amount
from grids import hours, locate
from grids.models import Department, District
from grids.registers.base import DESK, covers
from grids.scoping import scope_of
from requests_hub import deadlines
from requests_hub.actions import routing as actions
from requests_hub.categories import CATEGORIES
from requests_hub.models import (
    CategoryDecision,
    Request,
    RoutingRule,
    RoutingTrial,
    SuggestionModel,
    Whistle,
)
from requests_hub.routing.rules import closed_departments

DIFFERS: dict[str, Text] = {
    "kind": gettext_lazy("deadline class"),
    "due": gettext_lazy("time to handle it"),
    "urgency": gettext_lazy("urgency"),
}
CLASSES = {"kind": Whistle.Kind.choices, "urgency": Request.Urgency.choices}
SIZES = (200, 1000, 5000)
TONES = {"live": "green", "draft": "grey", "off": "red"}
ICONS = {"live": "check-circle", "draft": "pencil", "off": "slash-circle"}
NEW_TONES = {"live": "green", "spare": "grey", "refused": "amber"}
NEW_ICONS = {"live": "check-circle", "spare": "archive", "refused": "slash-circle"}
FIGURES: tuple[tuple[str, Text], ...] = (
    ("top1", gettext_lazy("first is right")),
    ("top3", gettext_lazy("among three")),
    ("macro_f1", gettext_lazy("mean F1")),
    ("calibration_error", gettext_lazy("calibration error")),
)


def rule_list(user: User) -> dict[str, Any]:
    """The rules that this person sees, in order; departments in one statement."""
    rows = list(
        RoutingRule.objects.in_order()
        .filter(pk__in=RoutingRule.objects.visible_to(user))
        .select_related("lead", "live_by")
    )
    named = Department.objects.in_bulk({pk for row in rows for pk in row.departments})
    last = _last_trials(rows)
    return {
        "rows": [
            _rule_line(row, user, named, last.get(row.pk), n, len(rows))
            for n, row in enumerate(rows)
        ],
        "live": sum(row.state == "live" for row in rows),
        "off": [row for row in rows if row.state == "off"],
        "may_write": bool(scope_of(user).roles & DESK),
        "may_keep": scope_of(user).has_role("district", "admin"),
        "sizes": SIZES,
        "new_url": reverse("registry_new", args=["routing-rules"]),
    }


def _last_trials(rows: Iterable[RoutingRule]) -> dict[int, RoutingTrial]:
    found = RoutingTrial.objects.filter(rule__in=[row.pk for row in rows])
    newest = found.order_by("rule_id", "-pk").distinct("rule_id").defer("result")
    return {row.rule_id: row for row in newest}


def _limit(row: RoutingRule) -> deadlines.Limit:
    """The time to handle it, counted as its deadline class counts."""
    amount = Amount.parse(row.due) if row.due else None
    return deadlines.asked(amount, f"handle_{row.kind or Whistle.Kind.ROUTINE}")


def _rule_line(
    row: RoutingRule,
    user: User,
    named: Mapping[int, Department],
    trial: RoutingTrial | None,
    at: int,
    count: int,
) -> dict[str, Any]:
    is_mine = covers(user, row, DESK)
    return {
        "row": row,
        "url": reverse("registry_record", args=["routing-rules", row.pk]),
        "edit_url": reverse("registry_edit", args=["routing-rules", row.pk]),
        "conditions": conditions(row),
        "assist": [named[pk].short for pk in row.assist if pk in named],
        "limit": deadlines.words(str(_limit(row))),
        "state": {
            "tone": TONES[row.state],
            "icon": ICONS[row.state],
            "label": row.get_state_display(),
        },
        "trial": trial,
        "is_tried": row.tried_version == row.version,
        "closed": [
            named[pk].short
            for pk in row.departments
            if pk in named and not named[pk].is_active
        ],
        "may_write": is_mine,
        "is_first": at == 0,
        "is_last": at == count - 1,
    }


def conditions(row: RoutingRule) -> list[tuple[Text, str]]:
    """What a rule asks, as (what, value); nothing asked fits everything."""
    entry = dictionaries.item(CATEGORIES, row.category) if row.category else None
    path = dictionaries.path_label(entry, " / ") if entry else ""
    days = [d.isoformat() if d else "…" for d in (row.starts_on, row.ends_on)]
    found = (
        (_("Category"), path),
        (_("Grid"), locate.place_of(row.grid_id).name if row.grid_id else ""),
        (_("Words"), row.words),
        (_("Channel"), str(row.get_channel_display()) if row.channel else ""),
        (_("Area type"), str(row.get_area_type_display()) if row.area_type else ""),
        (_("Days and times"), hours.as_text(row.hours)),
        (_("Day"), " – ".join(days) if row.starts_on or row.ends_on else ""),
    )
    return [(what, value) for what, value in found if value]


def _up(rule: RoutingRule, user: User, _given: Mapping[str, str]) -> str:
    actions.move_rule(rule, by=user, up=True)
    return ""


def _down(rule: RoutingRule, user: User, _given: Mapping[str, str]) -> str:
    actions.move_rule(rule, by=user, up=False)
    return ""


def _live(rule: RoutingRule, user: User, _given: Mapping[str, str]) -> str:
    actions.put_in_force(rule, by=user)
    return _("“%(rule)s” is in force.") % {"rule": rule.name}


def _off(rule: RoutingRule, user: User, given: Mapping[str, str]) -> str:
    actions.switch_off(rule, by=user, reason=given.get("reason", ""))
    return _("“%(rule)s” is switched off.") % {"rule": rule.name}


STEPS: dict[str, Callable[[RoutingRule, User, Mapping[str, str]], str]] = {
    "up": _up,
    "down": _down,
    "live": _live,
    "off": _off,
}


# --- A trial --------------------------------------------------------------------------------


def trial(row: RoutingTrial, user: User) -> dict[str, Any]:
    """The page of a trial: progress, or counts and the requests it would treat differently."""
    result = row.result or {}
    ids = {c["department"] for c in result.get("counts", ())}
    for moved in result.get("moved", ()):
        ids |= {*moved["now"], *moved["then"], moved["called"]}
    named = Department.objects.in_bulk([pk for pk in ids if pk])
    seen = _seen(result.get("moved", ()), user)
    counts = [
        {**c, "name": named[c["department"]].short, "change": c["then"] - c["now"]}
        for c in result.get("counts", ())
        if c["department"] in named
    ]
    rule = row.rule
    return {
        "row": row,
        "rule": rule,
        "conditions": conditions(rule),
        "is_open": row.state in ("waiting", "running"),
        "percent": row.done * 100 // row.wanted if row.wanted else 0,
        "counts": counts,
        "classes": [_class(c) for c in result.get("classes", ())],
        "moved": [_moved(m, named) for m in result.get("moved", ()) if m["no"] in seen],
        "more": max(result.get("changed", 0) - len(seen), 0),
        "result": result,
        "is_same": rule.version == row.rule_version,
        "closed": [d.short for d in closed_departments(rule)],
        "edit_url": reverse("registry_edit", args=["routing-rules", rule.pk]),
        "may_write": covers(user, rule, DESK),
        "sizes": SIZES,
    }


def _seen(moved: Iterable[Mapping[str, Any]], user: User) -> set[str]:
    """The numbers of those requests that this person may see; the others are counted only."""
    rows = Request.objects.visible_to(user).filter(no__in=[m["no"] for m in moved])
    return set(rows.values_list("no", flat=True))


def _moved(moved: Mapping[str, Any], named: Mapping[int, Department]) -> dict[str, Any]:
    def names(ids: Iterable[int]) -> str:
        return "、".join(named[pk].short for pk in ids if pk in named)

    called = named.get(moved["called"] or 0)
    return {
        "no": moved["no"],
        "title": moved["title"],
        "now": names(moved["now"]),
        "then": names(moved["then"]),
        "called": called.short if called else "",
        "differs": [
            (label, _word(what, pair[0]), _word(what, pair[1]))
            for what, label in DIFFERS.items()
            if (pair := moved.get(what)) and pair[0] != pair[1]
        ],
    }


def _class(counted: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the table of deadline classes and urgencies."""
    what, code = counted["what"], counted["code"]
    return {
        **counted,
        "label": DIFFERS[what],
        "name": _word(what, code),
        "change": counted["then"] - counted["now"],
    }


def _word(what: str, code: str) -> str:
    """What people call a deadline class, an urgency or a time; a dash for none."""
    if what == "due":
        return deadlines.words(code) or "—"
    known: dict[str, Any] = dict(CLASSES[what])
    return str(known.get(code, "—"))


# --- Versions of the suggestions ------------------------------------------------------------


def versions(user: User) -> dict[str, Any]:
    """Every version with its figures beside those of the one it wanted to replace."""
    districts = sorted(scope_of(user).districts)
    rows: QuerySet[SuggestionModel] = SuggestionModel.objects.filter(
        district__in=districts
    )
    found = list(rows.select_related("chosen_by").defer("data").order_by("-number"))
    lines = [
        {
            "row": row,
            "state": {
                "tone": NEW_TONES[row.state],
                "icon": NEW_ICONS[row.state],
                "label": row.get_state_display(),
            },
            "cells": [
                {
                    "now": row.figures.get(name),
                    "before": row.rival_figures.get(name),
                }
                for name, _label in FIGURES
            ],
        }
        for row in found
    ]
    return {
        "rows": lines,
        "headings": [label for _name, label in FIGURES],
        "live": next((row for row in found if row.state == "live"), None),
        "decided": _taught_by(districts),
        "may_keep": scope_of(user).has_role("district", "admin"),
    }


def _taught_by(districts: Sequence[int]) -> int:
    """Requests whose category somebody decided; those taken many at once teach nothing."""
    rows = CategoryDecision.objects.filter(district__in=districts, batch=None)
    return rows.values("request_id").distinct().count()


def version_step(user: User, step: str, given: Mapping[str, str]) -> str:
    """Learn now in a worker, or put another version in use; gives what is true then.

    Raises:
        KeyError: no such step. DomainError: refused.
    """
    from requests_hub.actions import learning
    from requests_hub.tasks.routing import learn_categories

    district = District.objects.filter(pk__in=scope_of(user).districts).first()
    if district is None:
        raise KeyError(step)
    if step == "learn":
        learning.may_keep(district.pk, user)
        learn_categories.apply_async((district.pk, user.pk), retry=False)
        return _("A worker is learning; look again in a minute.")
    if step != "use":
        raise KeyError(step)
    number = given.get("number", "")
    learning.choose(
        district, int(number) if number.isascii() and number.isdigit() else -1, by=user
    )
    if number == "0":
        return _("The words alone suggest now.")
    return _("Version %(n)s suggests now.") % {"n": number}
