"""The requests of a household: by its telephones, by its address, or because somebody said so."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from governance.core.crypto import every_hash, plain_address, whole
from governance.core.models import User
from grids.models import Household
from requests_hub.models import HouseholdRequest, Request

SHOWN = 10
LOOKED_AT = 500  # requests of the same small grid whose address is compared
BACK = dt.timedelta(days=730)


def of_household(home: Household, user: User) -> tuple[list[int], set[int]]:
    """Ids of the requests that are a household's, newest first, and those tied by hand.

    A telephone must be the same in full. An address must be the same in full, and be asked for in
    the same small grid: there is a "building 3, 201" in every village. Three statements, whatever
    the number of members or requests. Only what `user` may see.
    """
    said = dict(
        HouseholdRequest.objects.filter(household=home).values_list(
            "request_id", "is_theirs"
        )
    )
    tied = {pk for pk, is_theirs in said.items() if is_theirs}
    refused = set(said) - tied
    members = list(home.members.live())
    phones = [home.phone, *(n for m in members for n in (m.phone, m.other_phone))]
    addresses = {
        plain_address(text) for text in (home.address, *(m.address for m in members))
    }
    theirs = Q(pk__in=tied) | Q(pk__in=_at(home, addresses - {""}, user))
    hashes = [value for phone in _whole(phones) for value in every_hash(phone, "phone")]
    if hashes:
        theirs |= Q(phone_hash__in=hashes)
    rows = Request.objects.visible_to(user).filter(theirs).exclude(pk__in=refused)
    rows = rows.filter(district_id=home.district_id)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:SHOWN]), tied


def _whole(phones: Iterable[str]) -> set[str]:
    """Telephone numbers in the form that is hashed; masked ones are none."""
    return {whole(phone) for phone in phones if phone and "*" not in phone}


def _at(home: Household, addresses: set[str], user: User) -> list[int]:
    place = {"small_id": home.small_id} if home.small_id else None
    if not addresses or place is None:
        return []
    rows = Request.objects.visible_to(user).filter(**place).exclude(address="")
    rows = rows.filter(submitted_at__gte=timezone.now() - BACK).order_by("-pk")
    near = rows.values_list("pk", "address")[:LOOKED_AT]
    return [pk for pk, address in near if plain_address(address) in addresses]
