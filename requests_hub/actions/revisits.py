"""Asking the resident afterwards; several attempts, one of which counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import User
from requests_hub.actions import base
from requests_hub.models import Request, Revisit


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
) -> Revisit:
    """Write one attempt of a locked request's round down; None means nobody was reached.

    The first that reaches somebody counts; so does the last of `REVISIT_ATTEMPTS`.
    """
    attempt = 1 + Revisit.objects.filter(request=request, round=request.round).count()
    return Revisit.objects.create(
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


@transaction.atomic
def revisit(
    request: Request,
    *,
    by: User,
    is_solved: bool,
    satisfaction: str = Revisit.Satisfaction.NO_ANSWER,
    words: str = "",
    way: str = Revisit.Way.PHONE,
) -> Request:
    """The resident was reached and has answered; once per round.

    Raises:
        Invalid: no such answer, no such way.
    """
    row, step = base.begin(request, "revisit", by)
    if satisfaction not in Revisit.Satisfaction.values:
        raise Invalid(fields={"satisfaction": [_("Choose one of the answers.")]})
    if way not in Revisit.Way.values:
        raise Invalid(fields={"way": [_("Choose one of the answers.")]})
    answers = Answers(is_solved, satisfaction, words)
    kept = keep(row, answers, by=by, way=way)
    data = {**answers.as_data(), "attempt": kept.attempt, "note": words}
    base.move(row, step, by, data=data, **answers.columns(base.now()))
    return row


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
