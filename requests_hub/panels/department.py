"""The department's desk: figures, tabs, rows with both clocks, and what an empty tab says."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.models import User
from governance.core.workflow import Text
from requests_hub.models import Task
from requests_hub.paging import Page
from requests_hub.panels import strip
from requests_hub.panels.turns import TaskRow, tasks_with_clocks
from requests_hub.queries import desk as queries

GROUPS: dict[str, Text] = {
    "late": _("Overdue"),
    "today": _("Due today"),
    "week": _("Due within a week"),
    "later": _("Due later"),
    "hold": _("On hold"),
    "none": _("Without a deadline"),
}
TAB_WORDS: dict[str, Text] = {
    "report-in": pgettext_lazy("task", "To report in"),
    "claim": _("To claim"),
    "doing": pgettext_lazy("task", "In hand"),
    "reply": _("To reply now"),
    "returned": _("Returned"),
    "check": _("Being checked"),
    "done": _("Done items"),
}
EMPTY: dict[str, tuple[Text, Text]] = {
    "report-in": (
        _("All reported in"),
        _("No town waits for your department to report in."),
    ),
    "claim": (_("Everything is claimed"), _("Each call has its officer.")),
    "doing": (_("Nothing in hand"), _("What is claimed is worked on here.")),
    "reply": (
        _("No reply is pressing"),
        _("Nothing in hand is due today, late, or sent back."),
    ),
    "returned": (
        _("Nothing is returned"),
        _("What you return waits here for the desk or the district."),
    ),
    "check": (_("Nothing is being checked"), _("Replies wait here for the grid.")),
    "done": (_("Nothing is done yet"), _("Closed and released calls are kept here.")),
}


def by_due(rows: list[TaskRow], tab: str) -> list[tuple[Text, TaskRow]]:
    """Rows with the heading of their group before the first of each: what is due first."""
    out: list[tuple[Text, TaskRow]] = []
    last: Text = ""
    for row in rows:
        group = "" if tab in ("done", "check") else _group(row, tab)
        out.append(("" if group == last else group, row))
        last = group
    return out


def _group(row: TaskRow, tab: str) -> Text:
    """Which group of the list a row belongs to, by the clock that the tab sorts by."""
    due = getattr(row.task, queries.CLOCKS.get(tab, "due_at"))
    if due is None:
        return GROUPS["hold" if row.task.is_paused else "none"]
    days = (timezone.localdate(due) - timezone.localdate()).days
    if due < timezone.now():
        return GROUPS["late"]
    return GROUPS["today" if days == 0 else "week" if days < 7 else "later"]


def desk(
    user: User, tab: str, counts: dict[str, int], page: Page[Task]
) -> dict[str, Any]:
    """The page's context; three statements (departments, what waits)."""
    title, why = EMPTY[tab]
    open_tabs = [t for t in ("report-in", "claim", "doing") if counts[t] and t != tab]
    return {
        "tab": tab,
        "tab_list": [
            {"code": code, "label": words, "count": counts[code]}
            for code, words in TAB_WORDS.items()
        ],
        "page": page,
        "rows": by_due(tasks_with_clocks(page.rows, user), tab),
        "cells": strip.desk(user, counts),
        "waiting": counts["report-in"] + counts["claim"] + counts["doing"],
        "departments": queries.own_departments(user),
        "order_words": _("latest first")
        if tab in ("done", "check")
        else _("nearest deadline first"),
        "empty_title": title,
        "empty_why": why,
        "empty_url": f"?tab={open_tabs[0]}" if open_tabs else "",
        "empty_verb": TAB_WORDS[open_tabs[0]] if open_tabs else "",
    }
