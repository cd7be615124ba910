"""What follows a visit: its pictures, and when a household's next one falls due."""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from governance.core.actions import attachments
from governance.core.errors import NotHere
from governance.core.idempotency import once
from governance.core.models import Attachment, User
from grids.actions.households import follow_care, next_due, shortest, usual_days
from grids.models import CareEntry, Household, Visit


def attach_photo(
    visit: Visit, *, by: User, file: "UploadedFile[Any]", idempotency_key: str
) -> Attachment:
    """Tie one more picture to the visit that this account made; the same key twice is one.

    Args:
        visit: it is here already: the words go before the pictures.
        by: who made it.
        file: the picture.
        idempotency_key: made on the phone.

    Raises:
        NotHere: somebody else's visit.
        Invalid: not a picture, too large, or one too many; with field "photos".
        KeyConflict: the key was used for another picture.
    """
    if visit.visitor_id != by.pk:
        raise NotHere(_("There is no such visit of yours."))
    photo = attachments.store(file, by=by, purpose="check")
    with transaction.atomic():
        given = f"{visit.pk}:{photo.sha256}"
        mark = once(f"visit-photo:{by.pk}", idempotency_key, given)
        if mark.is_repeat:
            return Attachment.objects.get(pk=mark.subject_id or 0)
        attachments.bind([photo], visit, "check", by)
        mark.keep(photo.pk)
    return photo


def follow_people(person_ids: Iterable[int]) -> None:
    """Reckon the next visit where these people live."""
    homes = Household.objects.live().filter(members__in=list(person_ids))
    for household in homes.distinct().order_by("pk"):
        follow_care(household)


def sweep_due() -> int:
    """Set the next visit of every household whose care began, ended or moved away by itself.

    Returns how many moved. What is right already is not written, so a doubled call does nothing.
    """
    care = _shortest_care()
    rows = Household.objects.live().filter(
        Q(next_visit_on__isnull=False)
        | Q(visit_every_days__isnull=False)
        | Q(pk__in=list(care))
    )
    wrong = []
    for row in rows.only(
        "last_visit_on", "next_visit_on", "visit_every_days"
    ).iterator():
        due = next_due(row, shortest(row.visit_every_days, care.get(row.pk)))
        if due != row.next_visit_on:
            wrong.append(row.pk)
    for pk in wrong:
        follow_care(Household(pk=pk))
    return len(wrong)


def _shortest_care() -> dict[int, int]:
    """Days between visits that the care list asks for, by household."""
    found: dict[int, int] = {}
    rows = CareEntry.objects.current().filter(
        person__household__isnull=False, person__ended_on__isnull=True
    )
    for home, kind, days in rows.values_list(
        "person__household_id", "kind", "visit_every_days"
    ):
        every = shortest(found.get(home), days or usual_days(kind))
        if every:
            found[home] = every
    return found
