"""Tell the grid's people and the departments that take part what an agreement waits for."""

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids.models import Agreement, Post

KEEPERS = ("township", "grid_leader", "grid_worker", "liaison")


@consumer(
    "grids.tell_of_agreements",
    "agreement.ending",
    "agreement.expired",
    "agreement.review_due",
    "agreement.item_overdue",
)
def tell_of_agreements(event: Event) -> None:
    """One line to everybody posted where the agreement lies, with the way to its page."""
    row = Agreement.objects.filter(pk=event.subject_id).first()
    if row is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = _text(event, row)
    notify(sorted(people_of(row)), event, text, reverse("agreement", args=[row.pk]))


def _text(event: Event, row: Agreement) -> str:
    words = {
        "title": row.title,
        "day": event.data.get("day", ""),
        "what": event.data.get("what", ""),
        "year": str(event.data.get("day", ""))[:4],
    }
    texts = {
        "agreement.ending": _("The term of “%(title)s” ends on %(day)s."),
        "agreement.expired": _("The term of “%(title)s” ended on %(day)s."),
        "agreement.review_due": _("The %(year)s review of “%(title)s” is due."),
        "agreement.item_overdue": _(
            "Not done by %(day)s: “%(what)s” of the agreement “%(title)s”."
        ),
    }
    return texts[event.name] % words


def people_of(row: Agreement) -> set[int]:
    """Ids of those posted at its grids, the district's desk where it has none, and its officers."""
    here = Q(role__in=KEEPERS, grid_id__in=row.chain)
    if not row.chain:
        here = Q(role="district", district_id=row.district_id)
    sides = row.parties.filter(department__isnull=False).values("department_id")
    officers = Q(role="officer", department_id__in=sides)
    posts = Post.objects.current().filter(here | officers, user__is_active=True)
    return set(posts.values_list("user_id", flat=True))
