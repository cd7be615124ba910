"""Sensitive categories: declared, taken back, and what is there already made private with them.

A declaration may take the existing requests along. They are made private batch by batch, each
with its event; the first batch in the transaction of the decision itself, the others by a worker
that is woken by the event of the batch before. Taking a declaration back publishes nothing; only
the undo of a decision does, and only what that decision alone made private.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import DictionaryItem, User
from grids.scoping import scope_of
from requests_hub.actions.intake import is_sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryFlag, FlaggedRequest, Request

KEEPERS = ("district", "admin")
BATCH = 500
FLAG = "private"
LATE = timedelta(minutes=3)
State = CategoryFlag.State


def may_keep(user: User) -> bool:
    return scope_of(user).has_role(*KEEPERS)


@transaction.atomic
def flag(
    category: str, *, by: User, reason: str, with_existing: bool = True
) -> CategoryFlag:
    """Declare a category sensitive, with all below it; or make the rest of its requests private.

    Args:
        category: code of an entry of "request_category".
        by: of the district's centre, or an administrator.
        reason: why, for the record.
        with_existing: make what came in before private too.

    Raises:
        NotAllowed. Invalid: "category" or "reason".
        Conflict: it is sensitive, and nothing is left to make private.
    """
    entry, reason = _begin(category, by, reason)
    was = bool(entry.data.get(FLAG))
    total = public_ones([entry]).count() if with_existing else 0
    if was and not total:
        raise Conflict(
            _("It is sensitive already, and none of its requests is public.")
        )
    row = CategoryFlag.objects.create(
        category=entry,
        is_sensitive=True,
        was_sensitive=was,
        reason=reason,
        state=State.HIDING if total else State.DONE,
        total=total,
        by=by,
    )
    _set(entry, is_on=True)
    events.record("categoryflag.made", row, by, {"code": entry.code, "requests": total})
    if total:
        _batch(row)
    return row


@transaction.atomic
def unflag(category: str, *, by: User, reason: str) -> CategoryFlag:
    """What comes in from now on is no longer private by its category; what is private stays so.

    Raises:
        NotAllowed. Invalid: "category" or "reason". Conflict: it is not flagged itself.
    """
    entry, reason = _begin(category, by, reason)
    if not entry.data.get(FLAG):
        raise Conflict(_("This category is not flagged itself."))
    row = CategoryFlag.objects.create(
        category=entry,
        is_sensitive=False,
        was_sensitive=True,
        reason=reason,
        state=State.DONE,
        by=by,
    )
    _set(entry, is_on=False)
    events.record("categoryflag.made", row, by, {"code": entry.code})
    return row


@transaction.atomic
def undo(row: CategoryFlag, *, by: User) -> CategoryFlag:
    """Take a decision back: the flag as it was, and public again what it alone made private.

    A request that a person has decided about since, or whose category is sensitive for another
    reason, stays private.

    Raises:
        NotAllowed. Conflict: undone already, being worked on, or decided anew since.
    """
    _permit(by)
    row = CategoryFlag.objects.select_for_update(of=("self",)).get(pk=row.pk)
    newer = CategoryFlag.objects.filter(category=row.category_id, pk__gt=row.pk)
    if row.state != State.DONE or newer.exclude(state=State.UNDONE).exists():
        raise Conflict(
            _("This can no longer be undone: it is undone, in hand, or decided anew.")
        )
    _set(_locked(row.category_id), is_on=row.was_sensitive)
    row.undone_by, row.after_id = by, 0
    row.state = State.SHOWING if row.requests.exists() else State.UNDONE
    row.save(update_fields=["undone_by", "after_id", "state"])
    data = {"code": row.category.code, "requests": row.done}
    events.record("categoryflag.undone", row, by, data)
    if row.state == State.SHOWING:
        _batch(row)
    return row


@transaction.atomic
def go_on(pk: int) -> CategoryFlag | None:
    """The next batch of a decision that is being carried out; None when there is none."""
    rows = CategoryFlag.objects.select_for_update(of=("self",))
    row = rows.filter(pk=pk, state__in=CategoryFlag.GOING_ON).first()
    return _batch(row) if row else None


def sweep() -> int:
    """Go on with what stood still, and hide what came in while other processes did not know yet.

    Each process reads the lists anew within a minute. Gives how many decisions had work left.
    """
    going = CategoryFlag.objects.filter(state__in=CategoryFlag.GOING_ON)
    worked = [go_on(pk) for pk in going.values_list("pk", flat=True)]
    young = CategoryFlag.objects.filter(
        is_sensitive=True, state=State.DONE, at__gte=timezone.now() - LATE
    )
    return len(worked) + sum(
        _hide_late(pk) for pk in young.values_list("pk", flat=True)
    )


@transaction.atomic
def _hide_late(pk: int) -> bool:
    row = CategoryFlag.objects.select_for_update(of=("self",)).get(pk=pk)
    if not row.category.data.get(FLAG):
        return False
    late = public_ones([row.category]).filter(submitted_at__gte=row.at, flagged=None)
    found = _locked_batch(late)
    _hide(row, found)
    row.save(update_fields=["done"])
    return bool(found)


def public_ones(entries: Iterable[DictionaryItem]) -> "QuerySet[Request]":
    """The requests of these categories, and of all below them, that are not private."""
    return Request.objects.filter(category_id__in=below(entries), is_private=False)


def below(entries: Iterable[DictionaryItem]) -> list[int]:
    """Ids of the entries and of every one below them."""
    top = {entry.pk for entry in entries}
    tree = dictionaries.items(CATEGORIES, active=False)
    return [
        item.pk for item in tree if top & {step.pk for step in dictionaries.path(item)}
    ]


# --- One batch ----------------------------------------------------------------------------


def _batch(row: CategoryFlag) -> CategoryFlag:
    """Do the next batch of a locked decision; its event wakes the worker for the one after."""
    is_hiding = row.state == State.HIDING
    found = _locked_batch(_left(row).filter(pk__gt=row.after_id))
    if is_hiding:
        _hide(row, found)
    else:
        _show(row, found)
    if found:
        row.after_id = found[-1].pk
        data = {"requests": len(found)}
        events.record("categoryflag.batch_done", row, _who(row), data)
    else:
        row.state = State.DONE if is_hiding else State.UNDONE
    row.save(update_fields=["done", "state", "after_id"])
    return row


def _locked_batch(rows: "QuerySet[Request]") -> list[Request]:
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:BATCH])


def _left(row: CategoryFlag) -> "QuerySet[Request]":
    """What the decision has not come to yet."""
    if row.state == State.HIDING:
        return public_ones([row.category])
    return Request.objects.filter(flagged__flag=row, is_private=True)


def _hide(row: CategoryFlag, found: list[Request]) -> None:
    marks = [FlaggedRequest(request=request, flag=row) for request in found]
    FlaggedRequest.objects.bulk_create(marks, ignore_conflicts=True)
    words = _("category “%(name)s” is sensitive: %(reason)s")
    _change(row, found, "hide", words)
    row.done += len(found)


def _show(row: CategoryFlag, found: list[Request]) -> None:
    """Public again, save for those that another flag keeps private.

    Where the category was flagged before, only its old requests had been left public: those are.
    """
    dictionaries.forget()  # this process may not have heard of the undo yet
    free = [
        request
        for request in found
        if row.was_sensitive
        or not is_sensitive(dictionaries.by_id(request.category_id))
    ]
    FlaggedRequest.objects.filter(flag=row, request__in=free).delete()
    _change(row, free, "unhide", _("“%(name)s” as sensitive was undone"))
    row.done -= len(free)


def _change(row: CategoryFlag, found: list[Request], step: str, words: str) -> None:
    """Set the column of all, and tell it in the history of each."""
    is_hiding = step == "hide"
    Request.objects.filter(pk__in=[r.pk for r in found]).update(is_private=is_hiding)
    said = words % {"name": row.category.label, "reason": row.reason}
    name = "request.hidden" if is_hiding else "request.shown"
    events.record_many(
        [
            events.Fact(
                name,
                request,
                _who(row),
                {
                    "step": step,
                    "from": request.state,
                    "to": request.state,
                    "note": said,
                },
            )
            for request in found
        ]
    )


def _who(row: CategoryFlag) -> User:
    is_undone = row.state in (State.SHOWING, State.UNDONE)
    return row.undone_by if is_undone and row.undone_by else row.by


# --- The category -------------------------------------------------------------------------


def _begin(category: str, by: User, reason: str) -> tuple[DictionaryItem, str]:
    _permit(by)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Invalid(fields={"reason": [_("Say why.")]})
    known = dictionaries.item(CATEGORIES, category)
    if known is None:
        raise Invalid(fields={"category": [_("There is no such category.")]})
    entry = _locked(known.pk)
    going = CategoryFlag.objects.filter(category=entry, state__in=CategoryFlag.GOING_ON)
    if going.exists():
        raise Conflict(_("The last decision about it is still being carried out."))
    return entry, reason


def _permit(by: User) -> None:
    if not may_keep(by):
        raise NotAllowed(_("The district's centre decides what is sensitive."))


def _locked(pk: int) -> DictionaryItem:
    return DictionaryItem.objects.select_for_update(of=("self",)).get(pk=pk)


def _set(entry: DictionaryItem, *, is_on: bool) -> None:
    """Flag the entry or take the flag away, and forget what this process knew of it."""
    data = {name: value for name, value in entry.data.items() if name != FLAG}
    entry.data = {**data, FLAG: True} if is_on else {**data, FLAG: False}
    entry.save(update_fields=["data"])
    dictionaries.forget()
    transaction.on_commit(dictionaries.forget)
