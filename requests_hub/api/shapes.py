"""What the API answers, as plain dictionaries; `serializers` documents the same shapes."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.db.models import QuerySet

from governance.core import attachments, dictionaries
from governance.core.clocks import Clock
from governance.core.models import Attachment, Event
from grids import locate
from grids.models.places import LEVELS
from requests_hub import presenters
from requests_hub.actions import steps
from requests_hub.actions.actors import Actor, Subject
from requests_hub.models import Request, Task, Whistle

FILE_SALT = "onegrid.file"
Json = dict[str, Any]


def file_key(attachment: Attachment) -> str:
    """What proves, without an account, that the caller stored this file."""
    return signing.dumps(attachment.pk, salt=FILE_SALT)


def receipt(request: Request) -> Json:
    """The first answer to a submission; nothing in it changes later."""
    return {
        "id": request.pk,
        "no": request.no,
        "follow_code": request.follow_code,
        "state": "submitted",
        "title": request.title,
        "submitted_at": request.submitted_at,
        "place": place(request),
    }


def row(request: Request, user: Any) -> Json:
    """One line of the list; read with `presenters.for_list`."""
    turn = presenters.turn_of(request)
    return {
        "id": request.pk,
        "no": request.no,
        "state": request.state,
        "state_label": str(request.state_info.label),
        "title": request.title,
        "category": category(request),
        "channel": request.channel,
        "urgency": request.urgency,
        "address": request.address,
        "lon": request.lon,
        "lat": request.lat,
        "place": place(request),
        "is_private": request.is_private,
        "submitted_at": request.submitted_at,
        "due_at": request.due_at,
        "clock": clock(presenters.request_clock(request)),
        "turn": {
            "kind": turn.kind,
            "unit": turn.unit,
            "person": turn.person,
            "verb": turn.verb,
            "is_mine": turn.is_for(user),
        },
    }


def detail(request: Request, user: Any) -> Json:
    """A request for staff: everything but the contact, which is masked."""
    tasks = presenters.tasks_of(request)
    return {
        **row(request, user),
        "body": request.body,
        "reporter_name": mask_name(request.reporter_name),
        "reporter_phone": mask_phone(request.reporter_phone),
        "occurred_at": request.occurred_at,
        "accepted_at": request.accepted_at,
        "closed_at": request.closed_at,
        "checked_at": request.checked_at,
        "round": request.round,
        "route": request.route,
        "reply": request.reply,
        "lead_department": request.lead_department.code
        if request.lead_department
        else None,
        "outcome": request.outcome,
        "is_solved": request.is_solved,
        "satisfaction": request.satisfaction,
        "rated_at": request.rated_at,
        "is_excluded": request.is_excluded,
        "merged_into": request.merged_into.no if request.merged_into else None,
        "tasks": [task_row(task) for task in tasks],
        "events": events(Event.objects.thread(request.pk).select_related("actor")),
        "steps": step_list(request, user),
        "refused": refused(request, user),
        "files": [file_row(file) for file in attachments.of(request)],
    }


def public_detail(request: Request) -> Json:
    """A request for the holder of its code: plain words, no officer."""
    view = presenters.public_view(request)
    return {
        "id": request.pk,
        "state": request.state,
        "title": request.title,
        "body": request.body,
        "address": request.address,
        "stage": view.stage,
        "headline": view.headline,
        "sentence": view.sentence,
        "who": view.who,
        "phone": view.phone,
        "when": view.when,
        "reply": request.reply,
        "is_solved": request.is_solved,
        "satisfaction": request.satisfaction,
        "reopen_until": view.reopen_until,
        "submitted_at": request.submitted_at,
        "events": [{"at": e.at, "text": e.text, "note": e.note} for e in view.history],
        "steps": [step.as_dict() for step in view.steps],
    }


def task_row(task: Task) -> Json:
    """A task in its request or in a list."""
    return {
        "id": task.pk,
        "kind": task.kind,
        "state": task.state,
        "state_label": str(task.state_info.label),
        "request": task.request_id,
        "round": task.round,
        "title": task.title,
        "department": task.department.code if task.department else None,
        "department_name": task.department.name if task.department else "",
        "holder": str(task.holder) if task.holder else "",
        "is_lead": task.is_lead,
        "created_at": task.created_at,
        "report_in_due_at": task.report_in_due_at,
        "reported_in_at": task.reported_in_at,
        "due_at": task.due_at,
        "replied_at": task.replied_at,
        "reply": task.reply,
        "whistle": task.whistle_id,
        "plan_due_at": task.plan_due_at,
        "planned_at": task.planned_at,
        "return_due_at": task.return_due_at,
        "return_count": task.return_count,
        "is_ruled": task.is_ruled,
        "decision_due_at": task.decision_due_at,
        "extension_state": task.extension_state,
        "paused_at": task.paused_at,
        "paused_until_at": task.paused_until_at,
        "end_reason": task.end_reason,
        "rework_count": task.rework_count,
        "clock": clock(presenters.task_clock(task)),
    }


def task_detail(task: Task, user: Any) -> Json:
    """A task with its own events and the steps the caller may take."""
    rows = Event.objects.thread(task.request_id or task.pk).filter(subject_id=task.pk)
    return {
        **task_row(task),
        "request_no": task.request.no if task.request else "",
        "place": place(task),
        "plan": task.plan,
        "planned_for": task.planned_for,
        "plan_steps": task.plan_steps,
        "events": events(rows.select_related("actor")),
        "steps": step_list(task, user),
    }


def whistle_detail(whistle: Whistle, user: Any) -> Json:
    """A whistle with each called department, lead first, and the steps the caller may take."""
    tasks = whistle.tasks.select_related("department", "holder")
    return {
        "id": whistle.pk,
        "request": whistle.request_id,
        "request_no": whistle.request.no,
        "round": whistle.round,
        "kind": whistle.kind,
        "state": whistle.state,
        "state_label": str(whistle.state_info.label),
        "note": whistle.note,
        "blown_by": str(whistle.blown_by),
        "blown_at": whistle.blown_at,
        "ended_at": whistle.ended_at,
        "end_reason": whistle.end_reason,
        "tasks": [task_row(task) for task in tasks.order_by("-is_lead", "id")],
        "steps": step_list(whistle, user),
    }


def events(rows: "Iterable[Event] | QuerySet[Event]") -> list[Json]:
    return [
        {
            "id": event.pk,
            "name": event.name,
            "at": event.occurred_at,
            "actor": str(event.actor) if event.actor else event.actor_label,
            "step": event.data.get("step", ""),
            "from": event.data.get("from", ""),
            "to": event.data.get("to", ""),
            "note": event.data.get("note", ""),
            "task": event.data.get("task"),
        }
        for event in rows
    ]


def step_list(subject: Subject, actor: Actor) -> list[Json]:
    return [step.as_dict() for step in steps.available(subject, actor)]


def refused(subject: Request | Task, actor: Actor) -> list[Json]:
    """The steps of the caller's posts that are not possible now, each with why."""
    return [
        {"name": step.name, "label": str(step.label), "why": why}
        for step, why in steps.refused(subject, actor)
    ]


def category(request: Request) -> Json | None:
    item = dictionaries.by_id(request.category_id)
    return {"code": item.code, "label": item.label} if item else None


def place(subject: Request | Task) -> Json:
    """The four ancestors by code and name, a level below the row's own is null."""
    found: Json = {"district": subject.district.code}
    known = locate.named_places(subject.chain)
    for level in LEVELS:
        grid: Any = known.get(getattr(subject, f"{level}_id")) or getattr(
            subject, level
        )
        found[level] = {"code": grid.code, "name": grid.name} if grid else None
    return found


def clock(value: Clock) -> Json:
    return {"code": value.code, "text": value.text, "due_at": value.due_at}


def file_row(file: Attachment) -> Json:
    return {
        "id": file.pk,
        "name": file.name,
        "content_type": file.content_type,
        "purpose": file.purpose,
        "size_bytes": file.size_bytes,
        "created_at": file.created_at,
    }


def mask_name(name: str) -> str:
    """陈＊芳: the first character, and the last of three and more."""
    if len(name) < 2:
        return "＊" if name else ""
    return name[0] + "＊" + (name[-1] if len(name) > 2 else "")


def mask_phone(phone: str) -> str:
    """138＊＊＊＊2046."""
    return f"{phone[:3]}＊＊＊＊{phone[-4:]}" if len(phone) > 7 else "＊" * len(phone)
