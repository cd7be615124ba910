"""What the desk is offered: categories with their words, departments with their reasons."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import dictionaries
from governance.core.models import User
from governance.core.workflow import Text
from governance.core.worktime import Amount
from grids.models import Department
from grids.scoping import scope_of
from requests_hub import deadlines
from requests_hub.categories import CATEGORIES, told
from requests_hub.models import Request, RoutingDecision, Suggested, Whistle
from requests_hub.queries import choices
from requests_hub.routing import departments as guess
from requests_hub.routing.rules import SURE_SHARE, word_groups
from requests_hub.workflow import DESK

AT_DESK = ("submitted", "accepted", "reopened")
SURE_WORDS: dict[str, Text] = {
    "high": gettext_lazy("sure"),
    "some": gettext_lazy("rather sure"),
    "low": gettext_lazy("for a person to judge"),
}
WHAT: dict[str, Text] = {
    "category": gettext_lazy("Category"),
    "grid": gettext_lazy("Grid"),
    "channel": gettext_lazy("Channel"),
    "words": gettext_lazy("Words"),
    "area": gettext_lazy("Area type"),
    "time": gettext_lazy("Days and times"),
    "dates": gettext_lazy("Day"),
}


def for_pane(row: Request, user: User) -> dict[str, Any] | None:
    """The suggestions beside an open request; None where nothing is to be decided."""
    if row.state not in AT_DESK or not scope_of(user).holds(DESK, row):
        return None
    suggested = _suggested(row)
    category, share = _category(row, suggested.options)
    decision = newest(row)
    past = (
        guess.past_cases(row, category) if not (decision and decision.rule_id) else None
    )
    found = guess.propose(row, category, share, decision, _known(row), past)
    return {
        "categories": _categories(row, suggested),
        "departments": [_department(p) for p in found],
        "decision": shown(decision),
        "cases": past.total if past else 0,
        "dispatch": _dispatch(row, found, decision),
        "text": marked(row.body, _words(suggested, decision)),
        "classify_url": reverse("request_classify", args=[row.no]),
    }


def initial(row: Request) -> dict[str, Any]:
    """What the drawer of a whistle is filled with: by the rule, or by what is most likely."""
    if row.state not in AT_DESK:
        return {}
    category, share = _category(row, _suggested(row).options)
    decision = newest(row)
    found = guess.propose(
        row, category, share, decision, _known(row), guess.past_cases(row, category)
    )
    sure = [p for p in found if p.share >= guess.LIKELY]
    lead = next((p for p in sure if p.is_lead), None)
    if lead is None:
        return {}
    assist = [p.department.pk for p in sure if p is not lead and not p.is_lead]
    values = {"lead": {"lead": lead.department.pk, "assist": assist}}
    return {**values, **_terms(row, decision)}


def _terms(row: Request, decision: RoutingDecision | None) -> dict[str, str]:
    """Deadline class and time as the rule said them; an emergency is called as one."""
    said = decision.outcome if decision else {}
    found = {n: said[n] for n in ("kind", "due") if said.get(n)}
    if not found and row.urgency == Request.Urgency.EMERGENCY:
        found["kind"] = str(Whistle.Kind.EMERGENCY)
    return found


def newest(row: Request) -> RoutingDecision | None:
    """The newest answer of the rules in this round, if they had one."""
    rows = RoutingDecision.objects.filter(request=row, round=row.round)
    return rows.order_by("-pk").first()


def shown(decision: RoutingDecision | None) -> dict[str, Any] | None:
    """A decision as its panel reads it: rule, version, and each condition that fitted."""
    if decision is None or decision.rule_id is None:
        return None
    said = decision.outcome
    ids = [said["lead"], *said.get("assist", [])]
    named = Department.objects.in_bulk(ids)
    return {
        "row": decision,
        "url": reverse("registry_record", args=["routing-rules", decision.rule_id]),
        "matched": [
            (WHAT.get(m["what"], m["what"]), m["value"]) for m in decision.matched
        ],
        "departments": [named[pk].short for pk in ids if pk in named],
        "terms": _said(said),
    }


def _said(said: Mapping[str, Any]) -> list[str]:
    """Deadline class, own time and raised urgency of a decision, in words."""
    kind, urgency = said.get("kind", ""), said.get("urgency", "")
    found = [str(dict(Whistle.Kind.choices)[kind])] if kind else []
    if said.get("due"):
        code = f"handle_{kind or Whistle.Kind.ROUTINE}"
        limit = str(deadlines.asked(Amount.parse(said["due"]), code))
        words = _("handle within %(limit)s") % {"limit": deadlines.words(limit)}
        found.append(words)
    if urgency and urgency != said.get("urgency_before", urgency):
        raised = dict(Request.Urgency.choices)[urgency]
        found.append(_("urgency raised: %(urgency)s") % {"urgency": raised})
    return found


def with_said(rows: QuerySet[Request]) -> QuerySet[Request]:
    """The rows with what the words and the rules said of them, for `for_rows`."""
    options = Suggested.objects.filter(pk=OuterRef("pk")).values("options")
    newest = RoutingDecision.objects.filter(
        request=OuterRef("pk"), round=OuterRef("round")
    ).order_by("-pk")
    said = newest.values(
        said=JSONObject(rule_name=F("rule_name"), outcome=F("outcome"))
    )
    return rows.annotate(options=Subquery(options), said=Subquery(said[:1]))


def for_rows(rows: Sequence[Request]) -> dict[int, dict[str, Any]]:
    """What the list says of each row: department, category and how sure; no statement.

    The rows come from `with_said`.
    """
    return {
        row.pk: _line(row, vars(row)["options"] or (), vars(row)["said"])
        for row in rows
        if row.state in AT_DESK
    }


def _line(
    row: Request,
    options: Sequence[Mapping[str, Any]],
    said: Mapping[str, Any] | None,
) -> dict[str, Any]:
    category, share = _category(row, options)
    decision = RoutingDecision(**said) if said else None
    found = guess.propose(row, category, share, decision, _known(row))
    entry = dictionaries.item(CATEGORIES, category)
    sure = found[0].sure if found else "low"
    return {
        "name": found[0].department.short if found else "",
        "category": told(entry) if entry else "",
        "sure": SURE_WORDS[sure],
        "is_low": sure == "low",
    }


def _suggested(row: Request) -> Suggested:
    """The stored suggestion; made now where the worker has not come to it."""
    stored = Suggested.objects.filter(request=row).first()
    if stored is not None:
        return stored
    from requests_hub.suggestions import serving

    return serving.suggest(row)


def _category(row: Request, options: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """The category that counts, and how sure it is: given, or suggested."""
    given = dictionaries.by_id(row.category_id)
    if given is not None:
        return given.code, 1.0
    return (options[0]["code"], options[0]["share"]) if options else ("", 0.0)


def _categories(row: Request, suggested: Suggested) -> list[dict[str, Any]]:
    given = dictionaries.by_id(row.category_id)
    out = []
    for n, option in enumerate(suggested.options, start=1):
        entry = dictionaries.item(CATEGORIES, option["code"])
        if entry is not None:
            out.append(
                {
                    "key": str(n),
                    "code": entry.code,
                    "path": [e.label for e in dictionaries.path(entry)],
                    "percent": round(option["share"] * 100),
                    "words": option["words"],
                    "is_on": given is not None and given.code == entry.code,
                    "is_sure": option["share"] >= SURE_SHARE,
                }
            )
    return out


def _department(proposal: guess.Proposal) -> dict[str, Any]:
    return {
        "department": proposal.department,
        "part": _("leads") if proposal.is_lead else _("assists"),
        "is_lead": proposal.is_lead,
        "reasons": proposal.reasons,
        "sure": SURE_WORDS[proposal.sure],
        "is_sure": proposal.sure == "high",
    }


def _dispatch(
    row: Request, found: Sequence[guess.Proposal], decision: RoutingDecision | None
) -> dict[str, str] | None:
    """The one button: who it goes to in words, and the drawer that is filled so."""
    lead = next((p for p in found if p.is_lead), None)
    if lead is None or row.state == "submitted":
        return None
    assist = [p.department for p in found if not p.is_lead]
    words = _("Send to %(lead)s") % {"lead": lead.department.short}
    if assist:
        names = "、".join(d.short for d in assist)
        words = _("Send to %(lead)s, %(assist)s assist") % {
            "lead": lead.department.short,
            "assist": names,
        }
    query = {
        "department": lead.department.pk,
        "assist": ",".join(str(d.pk) for d in assist),
        **_terms(row, decision),
    }
    url = reverse("request_step", args=[row.no, "whistle"])
    return {"label": words, "url": f"{url}?{urlencode(query)}"}


def _words(suggested: Suggested, decision: RoutingDecision | None) -> list[str]:
    """Words that decided: of the first category, and of the rule."""
    words = list(suggested.options[0]["words"]) if suggested.options else []
    for matched in decision.matched if decision else ():
        if matched["what"] == "words":
            words += [w for group in word_groups(matched["value"]) for w in group]
    return words


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words."""
    found = sorted({w for w in words if w}, key=len, reverse=True)
    if not found:
        return [(text, False)]
    pattern = re.compile(f"({'|'.join(map(re.escape, found))})")
    return [(piece, n % 2 == 1) for n, piece in enumerate(pattern.split(text)) if piece]


def _known(row: Request) -> list[Department]:
    """Departments in use in the district, kept for a minute."""
    return choices.departments_in(row.district_id)
