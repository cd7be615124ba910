"""What people do with hot issues: name them, take requests out and put them in, join two, choose the topic of the month."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import events, locks
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import User
from grids.models import Department
from grids.scoping import scope_of
from requests_hub.actions import likeness
from requests_hub.models import HotIssue, Likeness, Request
from requests_hub.workflow import DESK

LONGEST_TITLE = 120


def may_keep(user: User) -> bool:
    """Whether this person sits at a desk; the topic of the month is the district's alone."""
    return scope_of(user).has_role(*DESK)


def may_choose_topic(user: User) -> bool:
    return scope_of(user).has_role("district")


def _locked(issue: HotIssue, by: User) -> HotIssue:
    """The issue, alone in its district until the transaction ends.

    Raises:
        NotAllowed: not at a desk.
        Conflict: it was joined to another meanwhile.
    """
    if not may_keep(by):
        raise NotAllowed(_("The desks keep the issues."))
    locks.hold(f"likeness:{issue.district_id}")
    row = HotIssue.objects.get(pk=issue.pk)
    if row.merged_into_id:
        raise Conflict(_("This issue was joined to another one meanwhile."))
    return row


@transaction.atomic
def rename(issue: HotIssue, title: str, *, by: User) -> HotIssue:
    """Give it a name; from then on it keeps it.

    Raises:
        Invalid: field "title".
    """
    row, words = _locked(issue, by), title.strip()
    if not words or len(words) > LONGEST_TITLE:
        raise Invalid(fields={"title": [_("Between 1 and 120 characters.")]})
    if words != row.title or not row.is_named:
        old, row.title, row.is_named = row.title, words, True
        row.save(update_fields=["title", "is_named", "changed_at"])
        events.record("issue.renamed", row, by, {"from": old, "to": words})
    return row


@transaction.atomic
def choose_topic(
    issue: HotIssue, month: date | None, department: Department | None, *, by: User
) -> HotIssue:
    """Make it the topic of a month 每月一题 with the department that leads, or take that back.

    Raises:
        NotAllowed: the district chooses.
        Invalid: a month without a department.
    """
    row = _locked(issue, by)
    if not may_choose_topic(by):
        raise NotAllowed(_("The district chooses the topic of the month."))
    if month and department is None:
        needed = _("Say which department leads.")
        raise Invalid(fields={"department": [needed]})
    row.topic_month = month.replace(day=1) if month else None
    row.lead_department = department if month else None
    row.save(update_fields=["topic_month", "lead_department", "changed_at"])
    events.record(
        "issue.topic_chosen",
        row,
        by,
        {
            "month": row.topic_month.isoformat() if row.topic_month else "",
            "department": department.pk if month and department else None,
        },
    )
    return row


@transaction.atomic
def take_out(issue: HotIssue, request: Request, *, by: User) -> HotIssue:
    """This request is about something else; it is not put back by itself."""
    row = _locked(issue, by)
    like = Likeness.objects.filter(pk=request.pk, issue=row).first()
    if like is None:
        raise Conflict(_("This request is not in the issue any more."))
    like.issue, like.is_fixed = None, True
    like.save(update_fields=["issue", "is_fixed"])
    likeness.rebuild(row)
    events.record("issue.request_taken_out", row, by, {"request": request.pk})
    return row


@transaction.atomic
def put_in(issue: HotIssue, request: Request, *, by: User) -> HotIssue:
    """This request is about the same; out of another issue, if it was in one.

    Raises:
        Conflict: its words have not been read yet, or it is withdrawn.
    """
    row = _locked(issue, by)
    like = Likeness.objects.filter(pk=request.pk).first() or likeness.note(request.pk)
    if like is None:
        raise Conflict(_("A request that was withdrawn belongs to no issue."))
    if like.issue_id == row.pk:
        return row
    former = like.issue
    like.issue, like.is_fixed = row, True
    like.save(update_fields=["issue", "is_fixed"])
    likeness.rebuild(row)
    if former is not None:
        likeness.rebuild(former)
    events.record("issue.request_put_in", row, by, {"request": request.pk})
    return row


@transaction.atomic
def join(kept: HotIssue, gone: HotIssue, *, by: User) -> HotIssue:
    """Two issues are one: the second's requests go to the first.

    Raises:
        Invalid: an issue with itself, or of another district.
    """
    if kept.pk == gone.pk or kept.district_id != gone.district_id:
        raise Invalid(fields={"other": [_("Choose another issue.")]})
    row, other = _locked(kept, by), _locked(gone, by)
    moved = list(other.likenesses.values_list("pk", flat=True))
    row = likeness.absorb(row.pk, other.pk)
    data = {"issue": other.pk, "title": other.title, "requests": moved}
    events.record("issue.joined", row, by, data)
    return row
