"""Learn from the desk's decisions, and choose which version suggests."""

import time
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import NotAllowed, NotHere
from governance.core.models import User
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.models import CategoryDecision, SuggestionModel
from requests_hub.suggestions import learned, scoring, serving
from requests_hub.suggestions.mixture import Suggester
from requests_hub.suggestions.words import Message

MOST_DECISIONS = 12_000  # the newest; older ones describe another time
TAIL_SHARE, LEAST_TAIL, MOST_TAIL = 0.2, 20, 1000
LEAST_NEW = 25  # decisions since the last version that make another one worth while
KEEPERS = frozenset({"district", "admin"})


def decisions(district_id: int) -> tuple[list[Message], list[str]]:
    """What the desk decided, oldest first: the message and the first-level code.

    Of several decisions about one request the last one counts; those taken many at once do not.
    """
    newest = (
        CategoryDecision.objects.filter(district_id=district_id, batch=None)
        .values("request_id")
        .annotate(last=Max("id"))
        .order_by("-last")[:MOST_DECISIONS]
    )
    rows = CategoryDecision.objects.filter(pk__in=[n["last"] for n in newest])
    told = rows.order_by("pk").values_list(
        "request__title", "request__body", "category"
    )
    known = serving.listed().categories
    kept = [(t, b, code[:2]) for t, b, code in told if code[:2] in known]
    return [Message(t, b) for t, b, _code in kept], [code for _t, _b, code in kept]


def retrain(district: District, *, by: User | None = None) -> SuggestionModel | None:
    """Learn a new version; put it in use only if it is not worse where neither has looked.

    The newest fifth of the decisions is kept out of the teaching and measures the new version
    and the one in use, on the same messages. None: too few decisions, or too few new ones.
    """
    messages, labels = decisions(district.pk)
    if not _is_worth_while(district, len(messages), forced=by is not None):
        return None
    tail = max(LEAST_TAIL, min(int(len(messages) * TAIL_SHARE), MOST_TAIL))
    listed = serving.listed()
    model = learned.train(listed, messages[:-tail], labels[:-tail])
    if model is None:
        return None
    serving.forget()
    rival = serving.of_district(district.pk).suggester
    new = Suggester(listed, serving.tree(), model)
    figures = measure(new, messages[-tail:], labels[-tail:])
    against = measure(rival, messages[-tail:], labels[-tail:])
    return _keep(district, model, figures, against, by)


def _is_worth_while(district: District, count: int, *, forced: bool) -> bool:
    if count < learned.LEAST_MESSAGES + LEAST_TAIL:
        return False
    rows = SuggestionModel.objects.filter(district=district).order_by("-number")
    last = rows.values_list("figures", flat=True).first() or {}
    return forced or count >= last.get("of", 0) + LEAST_NEW


def measure(
    suggester: Suggester, messages: list[Message], labels: list[str]
) -> dict[str, Any]:
    """The figures of a suggester on decided messages, with the time for one."""
    began = time.perf_counter()
    shares = suggester.shares(messages)
    spent = (time.perf_counter() - began) / len(messages) * 1000
    found = scoring.figures(shares, labels, suggester.words.categories)
    return {**found, "ms_per_message": round(spent, 3)}


def is_better(figures: dict[str, Any], against: dict[str, Any]) -> bool:
    """Not worse at the first suggestion, not worse by a point at the mean of categories."""
    return bool(
        figures["top1"] >= against["top1"]
        and figures["macro_f1"] >= against["macro_f1"] - 0.01
    )


@transaction.atomic
def _keep(
    district: District,
    model: learned.Model,
    figures: dict[str, Any],
    against: dict[str, Any],
    by: User | None,
) -> SuggestionModel:
    District.objects.select_for_update().get(pk=district.pk)
    last = SuggestionModel.objects.filter(district=district).aggregate(n=Max("number"))
    takes_over = is_better(figures, against)
    if takes_over:
        _retire(district.pk)
    row = SuggestionModel.objects.create(
        district=district,
        number=(last["n"] or 0) + 1,
        state="live" if takes_over else "refused",
        taught=model.taught,
        figures={**figures, "of": model.taught + figures["n"]},
        rival_figures=against,
        data=model.to_bytes(),
        live_since=timezone.now() if takes_over else None,
        chosen_by=by if takes_over else None,
    )
    name = "suggestionmodel.put_in_use" if takes_over else "suggestionmodel.refused"
    events.record(name, row, by or base.SYSTEM, {"number": row.number, **figures})
    serving.forget()
    return row


def _retire(district_id: int) -> None:
    live = SuggestionModel.objects.filter(district_id=district_id, state="live")
    live.update(state="spare")


@transaction.atomic
def choose(district: District, number: int, *, by: User) -> SuggestionModel | None:
    """Put another version in use by hand, a former one or a refused one; 0: words alone.

    Raises:
        NotAllowed: neither the district's desk nor an administrator. NotHere: no such version.
    """
    may_keep(district.pk, by)
    District.objects.select_for_update().get(pk=district.pk)
    rows = SuggestionModel.objects.filter(district=district)
    chosen = rows.filter(number=number).first()
    if number != serving.WORDS_ALONE and chosen is None:
        raise NotHere(_("There is no such version."))
    if chosen is not None and chosen.state == "live":
        return chosen
    _retire(district.pk)
    if chosen is not None:
        chosen.state, chosen.live_since, chosen.chosen_by = "live", timezone.now(), by
        chosen.save(update_fields=["state", "live_since", "chosen_by"])
    subject: Any = chosen or district
    events.record(
        "suggestionmodel.chosen",
        subject,
        by,
        {"number": number},
        district_id=district.pk,
    )
    serving.forget()
    return chosen


def may_keep(district_id: int, by: User) -> None:
    """Refuse who does not keep the rules and models of this district."""
    held = {
        (role, pk)
        for role, where, pk in scope_of(by).held
        if role in KEEPERS and where == "district"
    }
    if not any(pk == district_id for _role, pk in held):
        raise NotAllowed(_("This is the district's to decide."))
