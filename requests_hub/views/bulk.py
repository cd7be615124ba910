"""Several rows at once: what will be done, what is left out and why, then one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from governance.core.errors import DomainError, Invalid
from governance.core.models import User
from requests_hub.actions import base
from requests_hub.actions import steps as actions

MOST = 50


@dataclass
class Picked:
    """Ticked rows: those a step is possible for, and the others with the reason."""

    ready: list[Any] = field(default_factory=list)
    skipped: list[tuple[Any, str]] = field(default_factory=list)

    @classmethod
    def plan(cls, rows: Iterable[Any], why_not: Callable[[Any], str]) -> "Picked":
        plan = cls()
        for row in rows:
            reason = why_not(row)
            if reason:
                plan.skipped.append((row, reason))
            else:
                plan.ready.append(row)
        return plan


def why_not(row: Any, step: str, user: User) -> str:
    """Why a step is not possible for this row and this person; "" when it is."""
    try:
        base.permit(row, step, user)
    except DomainError as error:
        return error.message
    return ""


def picked(http: HttpRequest, rows: QuerySet[Any], field_name: str) -> list[Any]:
    """The ticked rows (`?pick=` or posted), in their order; at most a page of them."""
    given = (
        http.POST.getlist("pick") if http.method == "POST" else http.GET.getlist("pick")
    )
    wanted = list(dict.fromkeys(given))[:MOST]
    if field_name == "pk":
        wanted = [value for value in wanted if value.isdigit() and len(value) < 19]
    found = {
        str(getattr(row, field_name)): row
        for row in rows.filter(**{f"{field_name}__in": wanted})
    }
    return [found[value] for value in wanted if value in found]


def take_each(rows: Iterable[Any], step: str, user: User) -> int:
    """Take the step for each row; one that somebody else was quicker with is left out."""
    done = 0
    for row in rows:
        try:
            actions.take(row, step, by=user, data={})
        except Invalid:
            raise
        except DomainError:
            continue
        done += 1
    return done
