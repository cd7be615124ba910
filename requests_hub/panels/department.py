"""The department's desk: figures, tabs, rows with both clocks, and what an empty tab says."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.models import User
from governance.core.workflow import Text
from requests_hub.models import Task
from requests_hub.paging import Page
from requests_hub.panels import strip
from requests_hub.panels.turns import tasks_with_clocks
from requests_hub.queries import desk as queries
from requests_hub.queries.escalation import reminders_of

TAB_WORDS: dict[str, Text] = {
    "report-in": pgettext_lazy("task", "To report in"),
    "claim": _("To claim"),
    "doing": pgettext_lazy("task", "In hand"),
    "reply": _("To reply now"),
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
    "check": (_("Nothing is being checked"), _("Replies wait here for the grid.")),
    "done": (_("Nothing is done yet"), _("Closed and released calls are kept here.")),
}


def desk(
    user: User, tab: str, counts: dict[str, int], page: Page[Task]
) -> dict[str, Any]:
    """The page's context; three statements (departments, what waits)."""
    title, why = EMPTY[tab]
    reminders = reminders_of(task.pk for task in page.rows)
    for task in page.rows:
        task.__dict__["reminders"] = reminders.get(task.pk, 0)
    open_tabs = [t for t in ("report-in", "claim", "doing") if counts[t] and t != tab]
    return {
        "tab": tab,
        "tab_list": [
            {"code": code, "label": words, "count": counts[code]}
            for code, words in TAB_WORDS.items()
        ],
        "page": page,
        "rows": tasks_with_clocks(page.rows, user),
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
