"""The strip of figures on top: each exact, each a link to the list it counts."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from governance.core.models import User
from governance.core.workflow import Text
from grids.scoping import scope_of
from requests_hub.assessment.shares import NONE, one_decimal
from requests_hub.paging import capped_text
from requests_hub.queries import numbers, todo


@dataclass(frozen=True)
class Cell:
    """One figure. `line` compares it or says why there is none; `tone` is late or amber."""

    label: Text
    figure: str
    unit: Text = ""
    line: Text = ""
    url: str = ""
    icon: str = ""
    tone: str = ""


def workbench(user: User, earliest: str = "", longest: str = "") -> list[Cell]:
    """What waits, what is late, what is due today, and the two rates of the month.

    Args:
        user: whose figures.
        earliest: the time of the next deadline today, if there is one.
        longest: the clock of what is late the longest, if anything is.
    """
    counts, own = todo.counts_of(user), reverse("todo") + "?box=mine"
    cells = [
        Cell(_("Your turn"), *_items(counts["mine"]), _("requests and calls"), own),
        Cell(
            _("Overdue"),
            *_items(counts["late"]),
            _("longest: %(time)s") % {"time": longest}
            if longest
            else _("all inside their limits"),
            f"{own}&due=late",
            "exclamation-triangle-fill",
            "late" if counts["late"] else "",
        ),
        Cell(
            _("Due today"),
            *_items(counts["today"]),
            _("first at %(time)s") % {"time": earliest}
            if earliest
            else _("nothing more today"),
            f"{own}&due=today",
            "hourglass-split",
            "amber" if counts["today"] else "",
        ),
    ]
    closed, pleased = numbers.month_rates(user)
    where = reverse("requests")
    cells.append(
        _rate(_("Closed in time this month"), closed, f"{where}?closed=month", "closed")
    )
    cells.append(
        _rate(_("Satisfied this month"), pleased, f"{where}?rated=month", "rated")
    )
    return cells


def _items(number: int) -> tuple[str, str]:
    return capped_text(number), _("items")


def _rate(label: str, rate: numbers.Rate, url: str, kind: str) -> Cell:
    """A share with its base and the change since last month, or a dash that says why."""
    if rate.percent is None:
        why = _("nothing closed yet") if kind == "closed" else _("nobody rated yet")
        return Cell(label, NONE, "", why, url)
    if kind == "closed":
        base = f"{rate.part:.0f} / {rate.whole}"
    else:
        one_or_more = ngettext("%(n)s rating", "%(n)s ratings", rate.whole)
        base = one_or_more % {"n": rate.whole}
    change = rate.change
    if change is None:
        line = base
    elif change == 0:
        line = _("as last month, %(base)s") % {"base": base}
    else:
        words = {"n": one_decimal(abs(change)), "base": base}
        line = (
            _("up %(n)s points on last month, %(base)s") % words
            if change > 0
            else _("down %(n)s points on last month, %(base)s") % words
        )
    return Cell(label, one_decimal(rate.percent), "%", line, url)


def desk(user: User, counts: dict[str, int]) -> list[Cell]:
    """The department's figures by stage."""
    where = reverse("desk")
    waiting = todo.counts_of(user)
    late = waiting["called_late"]
    return [
        Cell(
            pgettext("task", "To report in"),
            *_items(counts["report-in"]),
            _("%(n)s overdue") % {"n": late} if late else _("none overdue"),
            f"{where}?tab=report-in",
            tone="late" if late else "",
        ),
        Cell(
            _("To claim"),
            *_items(counts["claim"]),
            _("no officer named yet"),
            f"{where}?tab=claim",
        ),
        Cell(
            pgettext("task", "In hand"),
            *_items(counts["doing"]),
            _("%(n)s of them yours") % {"n": counts["own"]},
            f"{where}?tab=doing",
        ),
        Cell(
            _("To reply now"),
            *_items(counts["reply"]),
            _("due today, late, or sent back"),
            f"{where}?tab=reply",
            tone="amber" if counts["reply"] else "",
        ),
        Cell(
            _("Being checked"),
            *_items(counts["check"]),
            _("replied, not closed yet"),
            f"{where}?tab=check",
        ),
    ]


def may_register(user: User) -> bool:
    return scope_of(user).has_role("township", "district")
