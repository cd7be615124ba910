"""The suggester of a district as this process knows it: words, tree, and the model in use.

The model is looked at by its number at most once a minute and read again when it changed.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from requests_hub.models import Request, Suggested, SuggestionModel
from requests_hub.suggestions import learned, words
from requests_hub.suggestions.mixture import Suggester
from requests_hub.suggestions.words import Message

FRESH_SECONDS = 60.0
WORDS_ALONE = 0


@dataclass(frozen=True)
class Served:
    """A suggester and the number of its model; 0: the word list alone."""

    suggester: Suggester
    number: int
    looked_at: float


_served: dict[int, Served] = {}


def forget() -> None:
    """Look for the model again at the next question."""
    _served.clear()


@cache
def listed() -> words.WordList:
    """The word list, read once."""
    return words.from_file()


@cache
def tree() -> words.Branches:
    """The entries of the third level, read once."""
    return words.tree_from_file()[0]


def of_district(district_id: int) -> Served:
    """What suggests in this district."""
    known, now = _served.get(district_id), time.monotonic()
    if known is not None and now - known.looked_at < FRESH_SECONDS:
        return known
    live = SuggestionModel.objects.filter(district_id=district_id, state="live")
    number = live.values_list("number", flat=True).first() or WORDS_ALONE
    if known is not None and known.number == number:
        suggester = known.suggester
    else:
        suggester = Suggester(listed(), tree(), _model(live, number))
    _served[district_id] = Served(suggester, number, now)
    return _served[district_id]


def _model(live: Any, number: int) -> learned.Model | None:
    """The stored model; none where there is none, or where its bytes are spoiled."""
    data = live.filter(number=number).values_list("data", flat=True).first()
    if not data:
        return None
    try:
        return learned.Model.from_bytes(bytes(data))
    except ValueError:
        return None


def message_of(request: Request) -> Message:
    """What the words are looked for in."""
    return Message(request.title, request.body)


def suggest(request: Request) -> Suggested:
    """The suggestion for a request, made now; not stored."""
    served = of_district(request.district_id)
    options = [
        {"code": s.code, "share": round(s.share, 4), "words": list(s.words)}
        for s in served.suggester.suggest(message_of(request))
    ]
    return Suggested(request=request, options=options, model_number=served.number)
