"""Looking at personal data: never without a reason, never without a trace."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, ratelimit
from governance.core.errors import Invalid, NotAllowed
from governance.core.events import record
from governance.core.identifiers import plain
from governance.core.models import User
from grids.models import AccessRecord, District, Person
from grids.registers.base import WRITE, covers
from grids.scoping import posts_of

MAY_AUDIT = frozenset({"auditor", "admin"})
OPEN_FOR = dt.timedelta(minutes=5)
MOST_FOUND = 20
LOOKUPS_A_MINUTE = "30/m"
IDENTITY = re.compile(r"\d{17}[\dX]|[A-Z]\d{7,9}", re.ASCII)
TAIL = re.compile(r"\d{4}", re.ASCII)


def check_reason(reason: str, words: str) -> str:
    """The words of a reason, tidied.

    Raises:
        Invalid: no reason of the list, or one that needs words has none.
    """
    entry = dictionaries.item("unmask_reason", reason)
    words = " ".join(words.split())[:200]
    if entry is None or not entry.is_active:
        raise Invalid(fields={"reason": [_("Choose a reason.")]})
    if entry.data.get("needs_words") and not words:
        raise Invalid(fields={"words": [_("Write the reason in a few words.")]})
    return words


@transaction.atomic
def unmask(
    subject: Any,
    *,
    by: User,
    reason: str,
    words: str = "",
    fields: Sequence[str] = (),
    address: str | None = None,
) -> AccessRecord:
    """Open the masked fields of a record to one account for five minutes, and note it.

    Args:
        subject: a placed record with `masked_name` or `title`.
        by: who looks.
        reason: code of the list `unmask_reason`.
        words: the reason in their own words.
        fields: names of what is shown; never the values.
        address: network address the request came from.

    Raises:
        Invalid: no reason. NotAllowed: no post that works with people where it lies.
    """
    words = check_reason(reason, words)
    if not covers(by, subject, WRITE):
        raise NotAllowed(_("Only those who work with this person may see it in full."))
    kind = subject._meta.model_name  # noqa: SLF001 - Django's documented API
    found = note(
        AccessRecord.Kind.UNMASK,
        by=by,
        district_id=subject.district_id,
        subject=(kind, subject.pk, label_of(subject)),
        fields=fields,
        reason=reason,
        words=words,
        address=address,
        until=timezone.now() + OPEN_FOR,
    )
    if person := whose(subject):
        # the page of the person shows it too; nothing of theirs is opened by this line
        note(
            AccessRecord.Kind.UNMASK,
            by=by,
            district_id=subject.district_id,
            subject=("person", person.pk, person.masked_name),
            fields=fields,
            reason=reason,
            words=words,
            address=address,
        )
    told = {"reason": reason, "fields": list(fields)}
    record(f"{kind}.unmasked", subject, by, told)
    return found


def note(
    kind: str,
    *,
    by: User,
    district_id: int | None,
    subject: tuple[str, int | None, str] = ("", None, ""),
    fields: Sequence[str] = (),
    reason: str = "",
    words: str = "",
    address: str | None = None,
    rows: int = 1,
    until: dt.datetime | None = None,
) -> AccessRecord:
    """Append one record of access; call it in the transaction of what it records.

    Args:
        kind: of `AccessRecord.Kind`.
        by: who looked.
        district_id: where; the district of the account's first post when None.
        subject: (model name, id, masked label) of what was looked at.
        fields: names of what was shown.
        reason: code of the list `unmask_reason`.
        words: the reason in words.
        address: network address.
        rows: how many records.
        until: end of an unmasking.
    """
    return AccessRecord.objects.create(
        kind=kind,
        user=by,
        district_id=district_id or district_of(by),
        subject_type=subject[0],
        subject_id=subject[1],
        subject_label=subject[2][:120],
        fields=list(fields),
        reason=reason,
        words=words[:200],
        address=address,
        rows=rows,
        until=until,
    )


def whose(subject: Any) -> Person | None:
    """The person whose name another record shows: the head, or who an entry is about."""
    found = getattr(subject, "head", None) or getattr(subject, "person", None)
    return found if isinstance(found, Person) else None


def label_of(subject: Any) -> str:
    """What the record of access calls a subject: never its name in full."""
    for name in ("masked_name", "title", "no", "number"):
        if found := getattr(subject, name, ""):
            return str(found)
    return str(subject.pk)


def district_of(user: User) -> int:
    """The district of somebody's first post; the only one where they have none."""
    posts = posts_of(user)
    if posts:
        return posts[0].district_id
    return int(District.objects.order_by("pk").values_list("pk", flat=True)[0])


def is_open(subject: Any, user: Any) -> AccessRecord | None:
    """The record that opens this subject to this account now."""
    kind = subject._meta.model_name  # noqa: SLF001 - Django's documented API
    return (
        AccessRecord.objects.filter(
            subject_type=kind,
            subject_id=subject.pk,
            user_id=user.pk,
            kind=AccessRecord.Kind.UNMASK,
            until__gt=timezone.now(),
        )
        .order_by("-id")
        .first()
    )


@transaction.atomic
def look_up(text: str, *, by: User, address: str | None = None) -> list[Person]:
    """Live persons in the area of `by` with exactly this number, or this end of a phone.

    Every question is noted, with each person that it found; what was typed is not kept.

    Raises:
        Invalid: neither an identity number nor four digits. TooMany: asked too often.
    """
    ratelimit.hit("lookup", str(by.pk), LOOKUPS_A_MINUTE)
    text = plain(text).upper()
    people = Person.objects.visible_to(by).live()
    if IDENTITY.fullmatch(text):
        people, asked = people.with_identity(text), "identity_no"
    elif TAIL.fullmatch(text):
        people, asked = people.with_phone_tail(text), "phone_tail"
    else:
        words = _("Type a whole identity number, or the last four digits of a phone.")
        raise Invalid(fields={"q": [words]})
    found = list(people.select_related("household", "house")[:MOST_FOUND])
    subjects = [("person", p.pk, p.masked_name) for p in found] or [("", None, "")]
    for subject in subjects:
        note(
            AccessRecord.Kind.LOOKUP,
            by=by,
            district_id=None,
            subject=subject,
            fields=[asked],
            address=address,
            rows=len(found),
        )
    return found
