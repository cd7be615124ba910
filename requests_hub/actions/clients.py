"""Programs outside: keeping them, giving them keys, knowing them by a key."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events, ratelimit
from governance.core.errors import Invalid, NotAllowed, NotHere
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers.spec import Values
from grids.models.records import Record
from grids.registers import base
from grids.scoping import posts_of, scope_of
from requests_hub.models import ApiClient, ApiKey

KEEPERS = frozenset({"district", "admin"})
R = TypeVar("R", bound=Record)
CHANGE_OVER = timedelta(days=7)
USED_EVERY = timedelta(minutes=1)


def in_district(row: Record | None, values: Values, by: Actor) -> Values:
    """Values of a record that belongs to the whole district of whoever makes it.

    Raises:
        NotAllowed: not posted at the district.
    """
    if not isinstance(by, User):
        return dict(values)
    for post in posts_of(by):
        here = row is None or row.district_id == post.district_id
        if post.role in KEEPERS and post.grid_id is None and here:
            if row is not None:
                return dict(values)
            nowhere = dict.fromkeys(base.PLACE_FIELDS)
            return {**values, **nowhere, "district_id": post.district_id}
    raise NotAllowed(_("This is kept by the district."))


def may_keep(user: Any, row: Any) -> bool:
    """Whether somebody keeps the programs of the row's district."""
    return isinstance(user, User) and scope_of(user).holds(KEEPERS, row)


def save_client(
    row: ApiClient | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> ApiClient:
    """Enter a program, or change what it may do; it gets a key afterwards.

    Raises:
        Invalid: "limit" is none. NotAllowed, Conflict: see `base.write`.
    """
    values = in_district(row, values, by)
    if values.get("limit"):
        try:
            ratelimit.parse(values["limit"])
        except ValueError:
            words = _("A limit looks like 120/m or 5/10m.")
            raise Invalid(fields={"limit": [words]}) from None
    return base.write(row, ApiClient, values, by=by, source=source, version=version)


# --- Keys ---------------------------------------------------------------------------------


@transaction.atomic
def issue_key(client: ApiClient, *, by: Actor) -> tuple[ApiKey, str]:
    """A fresh key and its text, which is told this once; older keys end in a week."""
    ends = timezone.now() + CHANGE_OVER
    client.keys.filter(ends_at__isnull=True).update(ends_at=ends)
    prefix, secret = f"og{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    text = f"{prefix}.{secret}"
    key = ApiKey.objects.create(
        client=client,
        prefix=prefix,
        digest=digest_of(text),
        made_by=by if isinstance(by, User) else None,
    )
    events.record("api_client.key_issued", client, by, {"prefix": prefix})
    return key, text


@transaction.atomic
def end_key(client: ApiClient, pk: int, *, by: Actor) -> ApiKey:
    """End a key at once; ending it twice changes nothing.

    Raises:
        NotHere: the program has no such key.
    """
    key = ApiKey.objects.select_for_update().filter(client=client, pk=pk).first()
    if key is None:
        raise NotHere(_("There is no such key."))
    if key.is_good:
        key.ends_at = timezone.now()
        key.save(update_fields=["ends_at"])
        events.record("api_client.key_ended", client, by, {"prefix": key.prefix})
    return key


def digest_of(text: str) -> str:
    """SHA-256; a key has 256 bits of chance, so that nothing slower is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def known_by(text: str) -> ApiClient | None:
    """The program whose key this is, if both are in use."""
    if not (text.isascii() and text.isprintable()):
        return None
    prefix = text.partition(".")[0]
    key = ApiKey.objects.select_related("client").filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.digest, digest_of(text)):
        return None
    client = key.client
    if not key.is_good or not client.is_active or client.ended_on is not None:
        return None
    now = timezone.now()
    if key.used_at is None or now - key.used_at > USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now)
    return client


def key_in(headers: Mapping[str, str], *sources: Mapping[str, Any]) -> str:
    """The key that a call brings: header X-API-Key, or `api_key` in one of `sources`."""
    found = [headers.get("X-API-Key"), *(source.get("api_key") for source in sources)]
    return next((str(text) for text in found if text), "")


def admitted(text: str, right: str, *, counts: bool = True) -> ApiClient:
    """The program, if its key is good and it has the right; a write is counted.

    Raises:
        NotAllowed: no key, a wrong one, or not this right. TooMany: more than its limit.
    """
    client = known_by(text) if text else None
    if client is None:
        raise NotAllowed(_("A good api_key is needed."))
    if not getattr(client, right):
        raise NotAllowed(_("This api_key is not for this."))
    if counts:
        ratelimit.hit("api-client", str(client.pk), client.limit)
    return client
