"""Asking the resident afterwards; several attempts, one of which counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.errors import Invalid
from governance.core.models import User
from grids.models import Department
from requests_hub.actions import base
from requests_hub.models import DepartmentAnswer, Request, Revisit, Task


@dataclass(frozen=True)
class Answers:
    """What somebody who was reached said; `satisfaction` may be "no_answer"."""

    is_solved: bool
    satisfaction: str
    words: str = ""

    def as_data(self) -> dict[str, Any]:
        """What the event keeps."""
        return {"is_solved": self.is_solved, "satisfaction": self.satisfaction}

    def columns(self, moment: datetime) -> dict[str, Any]:
        """The columns of the request that hold the resident's word."""
        said = self.satisfaction
        return {
            "is_solved": self.is_solved,
            "satisfaction": "" if said == Revisit.Satisfaction.NO_ANSWER else said,
            "rating_comment": self.words,
            "rated_at": moment,
        }


def keep(
    request: Request,
    answers: Answers | None,
    *,
    by: User | None,
    way: str = Revisit.Way.PHONE,
    words: str = "",
    of: Mapping[int, Answers] = MappingProxyType({}),
) -> Revisit:
    """Write one attempt of a locked request's round down; None means nobody was reached.

    The first that reaches somebody counts; so does the last of `REVISIT_ATTEMPTS`. What counts
    is split by the departments that handled it: `of` holds what was said of one apart, by id.
    """
    attempt = 1 + Revisit.objects.filter(request=request, round=request.round).count()
    row = Revisit.objects.create(
        request=request,
        round=request.round,
        attempt=attempt,
        way=way,
        asked_by=by,
        asked_at=base.now(),
        is_contacted=answers is not None,
        is_solved=answers.is_solved if answers else None,
        satisfaction=answers.satisfaction if answers else "",
        words=answers.words if answers else words,
        is_valid=answers is not None or attempt >= settings.REVISIT_ATTEMPTS,
        **request.place_ids,
    )
    if row.is_valid:
        _split(row, handled_by(request), answers, of)
    return row


def handled_by(request: Request) -> list[Department]:
    """The departments whose calls of this round have closed, the lead first."""
    tasks = Task.objects.filter(
        request_id=request.pk, round=request.round, kind="whistle", state="closed"
    )
    rows = tasks.select_related("department").order_by("-is_lead", "pk")
    return [task.department for task in rows if task.department is not None]


def _split(
    row: Revisit,
    departments: Sequence[Department],
    answers: Answers | None,
    of: Mapping[int, Answers],
) -> None:
    """One answer for each department: its own, or the one about the whole."""
    found = [(department, of.get(department.pk, answers)) for department in departments]
    DepartmentAnswer.objects.bulk_create(
        DepartmentAnswer(
            revisit=row,
            department=department,
            is_solved=said.is_solved if said else None,
            satisfaction=said.satisfaction if said else "",
            is_own=department.pk in of,
        )
        for department, said in found
    )


@transaction.atomic
def revisit(
    request: Request,
    *,
    by: User,
    is_solved: bool,
    satisfaction: str = Revisit.Satisfaction.NO_ANSWER,
    words: str = "",
    way: str = Revisit.Way.PHONE,
    of: Mapping[int, Answers] = MappingProxyType({}),
) -> Request:
    """The resident was reached and has answered; once per round.

    Args:
        request: closed.
        by: of the desk.
        is_solved: about the whole, like the next two.
        satisfaction: one of `Revisit.Satisfaction`.
        words: what was said.
        way: by telephone or at the door.
        of: what was said of single departments that handled it, by their ids.

    Raises:
        Invalid: no such answer, no such way, a department that did not handle it.
    """
    row, step = base.begin(request, "revisit", by)
    if satisfaction not in Revisit.Satisfaction.values:
        raise Invalid(fields={"satisfaction": [_("Choose one of the answers.")]})
    if way not in Revisit.Way.values:
        raise Invalid(fields={"way": [_("Choose one of the answers.")]})
    named = _check_departments(row, of)
    answers = Answers(is_solved, satisfaction, words)
    kept = keep(row, answers, by=by, way=way, of=of)
    data = {**answers.as_data(), "attempt": kept.attempt, "note": words}
    if of:
        data["of"] = {str(pk): said.as_data() for pk, said in of.items()}
        data["note"] = "；".join([*filter(None, [words]), *_in_words(named, of)])
    base.move(row, step, by, data=data, **answers.columns(base.now()))
    return row


def _check_departments(request: Request, of: Mapping[int, Answers]) -> list[Department]:
    """Those that handled it, if anything was said of single ones.

    Raises:
        Invalid: with field "of".
    """
    if not of:
        return []
    named = handled_by(request)
    if not set(of) <= {department.pk for department in named}:
        words = _("This department did not handle it.")
        raise Invalid(fields={"of": [words]})
    if not {said.satisfaction for said in of.values()} <= set(
        Revisit.Satisfaction.values
    ):
        raise Invalid(fields={"of": [_("Choose one of the answers.")]})
    return named


def _in_words(named: Sequence[Department], of: Mapping[int, Answers]) -> list[str]:
    """What was said of single departments, as the history tells it."""
    pleased = dict(Revisit.Satisfaction.choices)
    return [
        _("%(department)s: %(solved)s, %(satisfaction)s")
        % {
            "department": each.short,
            "solved": pgettext("revisit", "solved")
            if of[each.pk].is_solved
            else pgettext("revisit", "not solved"),
            "satisfaction": pleased[of[each.pk].satisfaction],
        }
        for each in named
        if each.pk in of
    ]


@transaction.atomic
def missed(
    request: Request, *, by: User, words: str = "", way: str = Revisit.Way.PHONE
) -> Request:
    """Nobody was reached; the last attempt that the setting allows ends the asking."""
    row, step = base.begin(request, "missed", by)
    kept = keep(row, None, by=by, way=way, words=words)
    base.move(row, step, by, data={"attempt": kept.attempt, "note": words})
    if kept.is_valid:
        base.system_step(row, "unreached")
    return row
