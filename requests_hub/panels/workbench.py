"""The workbench: figures, axis, own area as map and list."""

from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core import worktime
from governance.core.models import User
from governance.core.workflow import Text
from grids.scoping import scope_of
from requests_hub import turns
from requests_hub.models import Request, Task
from requests_hub.panels import maps, strip
from requests_hub.panels.axis import day_axis
from requests_hub.panels.turns import first_step
from requests_hub.queries import numbers, todo
from requests_hub.queries.todo import Turn

AREA_WORDS: dict[str, tuple[Text, Text]] = {
    "large": (_("Open by town"), _("Town or street")),
    "medium": (_("Open by village and community"), _("Village or community")),
    "small": (_("Open by small grid"), _("Small grid")),
    "micro": (_("Open by micro grid"), _("Micro grid")),
}


def bench(user: User, waiting: list[Turn]) -> dict[str, Any]:
    """The context around the to-do box.

    Args:
        user: whose bench.
        waiting: the head of the to-do list, nearest deadline first.
    """
    counts = todo.counts_of(user)
    level, areas = numbers.area_figures(user)
    title, label = AREA_WORDS[level]
    today = timezone.localdate()
    return {
        "today": today,
        "is_working_day": worktime.is_working_day(today),
        "may_register": strip.may_register(user),
        "may_bulletin": scope_of(user).has_role("district", "leader"),
        "next_url": _next_url(waiting, user),
        "cells": strip.workbench(user, _earliest(waiting), _longest(waiting)),
        "axis": day_axis(user, waiting, counts["today"]),
        "areas": areas,
        "open_total": sum(area.open for area in areas),
        "area_title": title,
        "area_label": label,
        "map": maps.by_figures(
            [area.grid.pk for area in areas],
            {area.grid.code: area.open for area in areas},
            lambda code: f"/requests/?grid={code}&open=1",
        ),
        "legend": _legend(),
    }


def _legend() -> list[str]:
    """The words of the map's classes, fewest first."""
    words = ["0"]
    for low, high in pairwise(maps.STEPS):
        words.append(f"{low + 1}–{high}")
    return [*words, f"{maps.STEPS[-1] + 1}＋"]


def _next_url(waiting: list[Turn], user: User) -> str:
    """The step page of what is nearest its deadline."""
    for turn in waiting[:5]:
        step = first_step(turn.subject, user)
        if step:
            return step.url
    return ""


def _clock(subject: Request | Task) -> Any:
    if isinstance(subject, Task):
        return turns.task_clock(subject)
    return turns.request_clock(subject)


def _longest(waiting: list[Turn]) -> str:
    if waiting and waiting[0].is_late:
        return str(_clock(waiting[0].subject).text)
    return ""


def _earliest(waiting: list[Turn]) -> str:
    today, now = timezone.localdate(), timezone.now()
    for turn in waiting:
        if turn.due_at and turn.due_at >= now:
            local = timezone.localtime(turn.due_at)
            return local.strftime("%H:%M") if local.date() == today else ""
    return ""
