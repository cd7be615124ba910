"""Joint committees: who sits on them, their meetings, what is asked for and offered there."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import attachments, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import Attachment, User
from governance.core.registers.spec import Values
from grids.models import (
    CommitteeMember,
    Decision,
    Department,
    Grid,
    JointCommittee,
    JointMeeting,
    MeetingNeed,
    MeetingOffer,
    NeedMatch,
    Resource,
)
from grids.registers import base
from grids.workflow import KEEPERS

KINDS = {"large": "street", "medium": "community"}


def may_keep(by: Actor, row: Any) -> bool:
    """Whether this person keeps a committee, or what belongs to it."""
    return base.covers(by, row, KEEPERS)


def keep(by: Actor, row: Any) -> None:
    """Refuse who does not keep it.

    Raises:
        NotAllowed: it is kept by others.
    """
    if not may_keep(by, row):
        raise NotAllowed(_("This committee's papers are kept by others."))


def save_committee(
    row: JointCommittee | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> JointCommittee:
    """Found a joint committee, or change its entry; its kind follows from the grid.

    Raises:
        Invalid: a small or micro grid; one is there already; outside the area.
        NotAllowed, Conflict: see `base.write`.
    """
    values = dict(values)
    grid = values.get("grid")
    if row is not None:
        keep(by, row)
        if isinstance(grid, Grid) and grid.pk == row.grid_id:
            values.pop("grid")
    if isinstance(values.get("grid"), Grid):
        level = values["grid"].level
        if level not in KINDS:
            words = _(
                "A street has a street committee, a village or community its own."
            )
            raise Invalid(fields={"grid": [words]})
        values["kind"] = KINDS[level]
    elif row is None:
        raise Invalid(fields={"grid": [_("Name the grid.")]})
    values = base.place(values, by, roles=KEEPERS)
    return base.write(
        row, JointCommittee, values, by=by, source=source, version=version
    )


@transaction.atomic
def add_member(
    committee: JointCommittee,
    *,
    by: Actor,
    name: str,
    unit: str = "",
    duty: str = "",
    kind: str = CommitteeMember.Kind.PART_TIME,
    user: User | None = None,
    starts_on: dt.date | None = None,
) -> CommitteeMember:
    """Take somebody into a committee; the same again gives the first answer.

    Raises:
        NotAllowed: kept by others. Invalid: no name; a part-time member without a unit.
    """
    keep(by, committee)
    wrong = {}
    if not name.strip():
        wrong["name"] = [_("Write the name.")]
    if kind == CommitteeMember.Kind.PART_TIME and not unit.strip():
        wrong["unit"] = [_("A part-time member stands for a unit; name it.")]
    if wrong:
        raise Invalid(fields=wrong)
    same = committee.members.filter(name=name.strip(), unit=unit.strip())
    if known := same.filter(ends_on__isnull=True).first():
        return known
    member = CommitteeMember.objects.create(
        committee=committee,
        name=name.strip(),
        unit=unit.strip(),
        duty=duty.strip(),
        kind=kind,
        user=user,
        starts_on=starts_on or timezone.localdate(),
    )
    _told("committee.member_joined", member, committee, by, {"kind": kind})
    return member


def _told(
    name: str, subject: Any, row: JointCommittee, by: Actor, data: dict[str, Any]
) -> None:
    events.record(
        name, subject, by, data, thread_id=row.pk, district_id=row.district_id
    )


@transaction.atomic
def end_member(
    member: CommitteeMember, *, by: Actor, on: dt.date | None = None
) -> CommitteeMember:
    """Let somebody leave a committee (yesterday was the last day when left out).

    Raises:
        NotAllowed: kept by others. Conflict: has left already. Invalid: before the first day.
    """
    keep(by, member.committee)
    member = CommitteeMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    today = timezone.localdate()
    if member.ends_on and member.ends_on < today:
        raise Conflict(_("This member has left already."))
    last = on or max(today - dt.timedelta(days=1), member.starts_on)
    if last < member.starts_on:
        raise Invalid(fields={"ends_on": [_("The last day is before the first.")]})
    member.ends_on = last
    member.save(update_fields=["ends_on"])
    data = {"on": last.isoformat()}
    _told("committee.member_left", member, member.committee, by, data)
    return member


def save_meeting(
    row: JointMeeting | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> JointMeeting:
    """Call a meeting, or write down what happened; `attended` is a list of members or names.

    Raises:
        Invalid: no committee; no first topic; a name that is not on the committee.
        NotAllowed, Conflict: see `base.write`.
    """
    values = dict(values)
    attended = values.pop("attended", None)
    committee = row.committee if row else values.get("committee")
    if not isinstance(committee, JointCommittee):
        raise Invalid(fields={"committee": [_("Name the committee.")]})
    keep(by, committee)
    if row is None:
        values |= committee.place_ids
    else:
        values.pop("committee", None)
    # 第一议题: every meeting begins with study.
    if not values.get("first_topic", row.first_topic if row else ""):
        words = _("Every meeting begins with study; write the first topic.")
        raise Invalid(fields={"first_topic": [words]})
    present = None if attended is None else _members(committee, attended)
    with transaction.atomic():
        saved = base.write(
            row, JointMeeting, values, by=by, source=source, version=version
        )
        if present is not None:
            _attend(saved, present, by)
    return saved


def _members(
    committee: JointCommittee, given: Iterable[CommitteeMember | str]
) -> list[CommitteeMember]:
    by_name = {member.name: member for member in committee.members.all()}
    out, unknown = [], []
    for who in given:
        member = who if isinstance(who, CommitteeMember) else by_name.get(who)
        if member is None or member.committee_id != committee.pk:
            unknown.append(str(who))
        else:
            out.append(member)
    if unknown:
        words = _("Not on this committee: %(names)s.") % {"names": "、".join(unknown)}
        raise Invalid(fields={"attended": [words]})
    return out


def _attend(meeting: JointMeeting, present: list[CommitteeMember], by: Actor) -> None:
    before = set(meeting.attended.values_list("pk", flat=True))
    after = {member.pk for member in present}
    if before != after:
        meeting.attended.set(present)
        data = {"present": len(after)}
        _told("meeting.attendance_kept", meeting, meeting.committee, by, data)


@transaction.atomic
def put_need(
    meeting: JointMeeting,
    *,
    by: Actor,
    what: str,
    put_by: str,
    kind: str = "",
    amount: int | None = None,
) -> MeetingNeed:
    """Put a need before a meeting.

    Raises:
        NotAllowed: kept by others. Invalid: what, or who asks, is left out.
    """
    keep(by, meeting)
    _filled(what=what, put_by=put_by)
    same = meeting.needs.filter(what=what.strip(), put_by=put_by.strip())
    if known := same.filter(is_dropped=False).first():
        return known
    need = MeetingNeed.objects.create(
        meeting=meeting,
        what=what.strip(),
        put_by=put_by.strip(),
        kind=kind,
        amount=amount,
    )
    _told("meeting.need_put", need, meeting.committee, by, {"meeting": meeting.pk})
    return need


def _filled(**given: str) -> None:
    wrong = {
        name: [_("This must not be empty.")]
        for name, value in given.items()
        if not value.strip()
    }
    if wrong:
        raise Invalid(fields=wrong)


@transaction.atomic
def make_offer(
    meeting: JointMeeting,
    *,
    by: Actor,
    what: str = "",
    offered_by: str = "",
    kind: str = "",
    amount: int | None = None,
    resource: Resource | None = None,
) -> MeetingOffer:
    """Write down what a unit offers; one from the directory brings its own words.

    Raises:
        NotAllowed: kept by others. Invalid: what, or who offers, is left out.
        Conflict: that resource is not offered now.
    """
    keep(by, meeting)
    if resource is not None:
        if not Resource.objects.usable().filter(pk=resource.pk).exists():
            raise Conflict(_("This is not offered now."))
        what = what or resource.name
        offered_by = offered_by or (resource.provider.name if resource.provider else "")
        kind, amount = kind or resource.kind, amount or resource.left
    _filled(what=what, offered_by=offered_by)
    same = meeting.offers.filter(is_dropped=False, what=what.strip())
    if known := same.filter(offered_by=offered_by.strip()).first():
        return known
    offer = MeetingOffer.objects.create(
        meeting=meeting,
        resource=resource,
        what=what.strip(),
        offered_by=offered_by.strip(),
        kind=kind,
        amount=amount,
    )
    _told("meeting.offer_made", offer, meeting.committee, by, {"meeting": meeting.pk})
    return offer


@transaction.atomic
def withdraw(row: MeetingNeed | MeetingOffer, *, by: Actor) -> None:
    """Take a need or an offer off the board with its matches; repeating changes nothing.

    Raises:
        NotAllowed: kept by others. Conflict: a decision stands on the need.
    """
    keep(by, row.meeting)
    if row.is_dropped:
        return
    if isinstance(row, MeetingNeed) and row.decisions.exclude(state="dropped").exists():
        raise Conflict(_("A decision was made on this need."))
    row.matches.all().delete()
    row.is_dropped = True
    row.save(update_fields=["is_dropped"])
    kind = "need" if isinstance(row, MeetingNeed) else "offer"
    _told(f"meeting.{kind}_withdrawn", row, row.meeting.committee, by, {})


@transaction.atomic
def match(need: MeetingNeed, offer: MeetingOffer, *, by: Actor) -> NeedMatch:
    """Let an offer answer a need; the same again gives the first answer.

    Raises:
        NotAllowed: kept by others. Invalid: of two meetings. Conflict: one was withdrawn.
    """
    keep(by, need.meeting)
    if need.meeting_id != offer.meeting_id:
        raise Invalid(_("Need and offer belong to two meetings."))
    if need.is_dropped or offer.is_dropped:
        raise Conflict(_("One of the two was withdrawn."))
    row, is_new = NeedMatch.objects.get_or_create(need=need, offer=offer)
    if is_new:
        data = {"need": need.pk, "offer": offer.pk}
        _told("meeting.matched", row, need.meeting.committee, by, data)
    return row


@transaction.atomic
def unmatch(row: NeedMatch, *, by: Actor) -> None:
    """Take a match back.

    Raises:
        NotAllowed: kept by others.
    """
    keep(by, row.need.meeting)
    data = {"need": row.need_id, "offer": row.offer_id}
    _told("meeting.unmatched", row, row.need.meeting.committee, by, data)
    row.delete()


@transaction.atomic
def decide(
    meeting: JointMeeting,
    *,
    by: Actor,
    what: str,
    due_on: dt.date,
    owner_unit: str = "",
    owner_name: str = "",
    department: Department | None = None,
    owner: User | None = None,
    need: MeetingNeed | None = None,
) -> Decision:
    """Write down a decision; decisions of a meeting are numbered from 1.

    Raises:
        NotAllowed: kept by others.
        Invalid: what or who is left out; due before the meeting; a need of another meeting.
    """
    keep(by, meeting)
    unit = owner_unit.strip() or (department.name if department else "")
    _filled(what=what, owner_unit=unit)
    if due_on < meeting.held_on:
        words = _("The due date is before the meeting.")
        raise Invalid(fields={"due_on": [words]})
    if need is not None and need.meeting_id != meeting.pk:
        raise Invalid(fields={"need": [_("This need belongs to another meeting.")]})
    JointMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    numbers = meeting.decisions.values_list("number", flat=True)
    values: Values = {
        **meeting.place_ids,
        "committee": meeting.committee,
        "meeting": meeting,
        "need": need,
        "number": max(numbers, default=0) + 1,
        "what": what.strip(),
        "owner_unit": unit,
        "owner_name": owner_name.strip() or (str(owner) if owner else ""),
        "department": department,
        "owner": owner,
        "due_on": due_on,
    }
    return base.write(None, Decision, values, by=by)


@transaction.atomic
def attach(meeting: JointMeeting, file: Any, *, by: User) -> Attachment:
    """Put a picture or a PDF beside the minutes.

    Raises:
        NotAllowed: kept by others. Invalid: no picture and no PDF, or too large.
    """
    keep(by, meeting)
    is_pdf = str(getattr(file, "name", "")).lower().endswith(".pdf")
    # The store takes a PDF only as an answer, from accounts that may attach documents.
    purpose = Attachment.Purpose.REPLY if is_pdf else Attachment.Purpose.OTHER
    kept = attachments.store(file, by=by, purpose=purpose)
    attachments.bind([kept], meeting, purpose, by)
    data = {"name": kept.name}
    _told("meeting.file_added", meeting, meeting.committee, by, data)
    return kept
