"""Recording ties between good people and households."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids.models import Household, Post
from grids.registers import base
from volunteers.models import Tie
from volunteers.models.ties import DISPATCHERS


def save_tie(
    row: Tie | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Tie:
    """Record a tie or change it; it lies where its household lies.

    Args:
        row: None makes one.
        values: household, account or person, kind, strength, note.
        by: who dispatches there.
        version: what the writer saw.
        source: where the values come from.

    Raises:
        Invalid: by field. Conflict: changed meanwhile. NotAllowed: does not dispatch there.
    """
    household = values.get("household") or (row.household if row else None)
    if not isinstance(household, Household):
        raise Invalid(fields={"household": [_("Name the household.")]})
    for place in [household] if row is None else [household, row]:
        if not base.covers(by, place, DISPATCHERS):
            raise NotAllowed(_("Only those who dispatch here keep its ties."))
    _check_who(row, values)
    if not values.get("strength"):
        values = {name: value for name, value in values.items() if name != "strength"}
    return base.write(
        row,
        Tie,
        {**values, **household.place_ids},
        by=by,
        version=version,
        source=source,
    )


def _check_who(row: Tie | None, values: dict[str, Any]) -> None:
    account = values.get("account", row.account if row else None)
    person = values.get("person", row.person if row else None)
    if (account is None) == (person is None):
        words = _("Name an account or a person, one of them.")
        raise Invalid(fields={"account": [words]})
    if isinstance(account, User) and "account" in values:
        posts = Post.objects.current().filter(user=account, role="good_person")
        if not posts.exists():
            words = _("%(name)s holds no post of a good person.") % {"name": account}
            raise Invalid(fields={"account": [words]})
    household = values.get("household", row.household if row else None)
    if person is not None and household and person.household_id == household.pk:
        words = _("This person belongs to the household itself.")
        raise Invalid(fields={"person": [words]})


def end_tie(tie: Tie, *, by: Actor) -> Tie:
    """A tie that no longer holds. Repeating it changes nothing.

    Raises:
        NotAllowed: does not dispatch there.
    """
    if not base.covers(by, tie, DISPATCHERS):
        raise NotAllowed(_("Only those who dispatch here keep its ties."))
    return base.end(tie, by=by, on=timezone.localdate())
