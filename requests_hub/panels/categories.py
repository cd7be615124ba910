"""What the pages of categories taken at once show."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.actions.categories import MOST
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryBatch, CategoryDecision, Request
from requests_hub.paging import UNKNOWN, newest_first, with_params
from requests_hub.queries import areas
from requests_hub.queries.proposed import SHARES, standing, sure_of, unclassified

PICKED = 50
DEFAULT = 0.9


def share_of(params: QueryDict) -> float:
    """The least share asked for, one of those offered."""
    try:
        asked = float(params.get("least", ""))
    except ValueError:
        return DEFAULT
    return asked if asked in SHARES else DEFAULT


def picked(params: QueryDict) -> list[str]:
    """The numbers of the ticked requests; none means all."""
    return [no for no in params.getlist("pick") if len(no) <= 24][:PICKED]


def offered(user: User, params: QueryDict) -> dict[str, Any]:
    """How many could be taken at each share, and those that `?least=` names."""
    least, nos = share_of(params), picked(params)
    found = standing(user, nos, least)
    rows = sure_of(unclassified(user, nos), least)
    ready = found.by_share[least]
    page = newest_first(rows.select_related("suggested").named(), params, total=ready)
    return {
        "least": least,
        "nos": nos,
        "tabs": [
            {
                "share": share,
                "percent": round(share * 100),
                "count": found.by_share[share],
                "url": with_params(params, least=share, before=None),
            }
            for share in SHARES
        ],
        "waiting": found.waiting,
        "by_class": found.by_class,
        "ready": min(ready, MOST),
        "is_more": ready > MOST,
        "page": page,
        "rows": [_line(row) for row in page.rows],
        "batches": _batches(user),
    }


def _line(row: Request) -> dict[str, Any]:
    first = row.suggested.options[0]
    entry = dictionaries.item(CATEGORIES, first["code"])
    return {
        "row": row,
        "path": [each.label for each in dictionaries.path(entry)] if entry else [],
        "percent": round(first["share"] * 100),
        "words": first["words"][:4],
    }


def batches_of(user: User) -> Any:
    """The batches of a person's districts: the district's desk sees all, others their own."""
    rows = CategoryBatch.objects.filter(district__in=areas.districts_of(user))
    return rows if scope_of(user).has_role("district") else rows.filter(taken_by=user)


def _batches(user: User) -> Sequence[CategoryBatch]:
    return list(batches_of(user).select_related("taken_by").order_by("-pk")[:10])


def taken(batch: CategoryBatch, user: User, params: QueryDict) -> dict[str, Any]:
    """One batch: what each request was given, and what is left out and why."""
    rows = CategoryDecision.objects.filter(
        batch=batch, request__in=Request.objects.visible_to(user)
    )
    page = newest_first(rows.select_related("request"), params, total=UNKNOWN)
    reasons = {
        "private": _("its category is private: a person decides"),
        "gone": _("its category is out of use"),
    }
    return {
        "batch": batch,
        "percent": round(batch.least * 100),
        "page": page,
        "rows": [_given(decision) for decision in page.rows],
        "left": [(reasons.get(why, why), n) for why, n in batch.left.items()],
        "may_undo": batch.undone_at is None,
    }


def _given(decision: CategoryDecision) -> dict[str, Any]:
    entry = dictionaries.item(CATEGORIES, decision.category)
    now = dictionaries.by_id(decision.request.category_id)
    return {
        "row": decision.request,
        "path": [each.label for each in dictionaries.path(entry)] if entry else [],
        "stands": now is not None and now.code == decision.category,
    }
