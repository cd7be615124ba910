"""Input that the API reads and the shapes it answers, for checks and for the documentation.

Plain serializers without database look-ups: intake must stay cheap.
"""

import threading
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from governance.core.errors import Invalid
from requests_hub.models import Request, Task, Whistle
from requests_hub.workflow import REQUEST_STATES, TASK_STATES, WHISTLE

ALIASES = {
    "text": "body",
    "contact_name": "reporter_name",
    "contact_phone": "reporter_phone",
}
CRS = (("wgs84", "WGS 84, CGCS2000"), ("gcj02", "GCJ-02"), ("bd09", "BD-09"))


class FileRef(serializers.CharField):
    """The id of a file the account has stored, or the key that storing it answered."""


class PublicRequestIn(serializers.Serializer[Any]):
    """What anybody may send. `text`, `contact_name` and `contact_phone` are accepted names too."""

    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    body = serializers.CharField(
        max_length=5000,
        required=False,
        allow_blank=True,
        help_text="In the resident's words; this or the title is needed.",
    )
    category = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="A code of request_category or of public_category.",
    )
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    lon = serializers.FloatField(required=False, allow_null=True)
    lat = serializers.FloatField(required=False, allow_null=True)
    crs = serializers.ChoiceField(choices=CRS, required=False)
    accuracy_m = serializers.IntegerField(
        min_value=0, max_value=1_000_000, required=False, allow_null=True
    )
    reporter_name = serializers.CharField(
        max_length=60, required=False, allow_blank=True
    )
    reporter_phone = serializers.CharField(
        max_length=30, required=False, allow_blank=True
    )
    is_private = serializers.BooleanField(required=False)
    files = serializers.ListField(child=FileRef(), required=False, max_length=6)


class StaffRequestIn(PublicRequestIn):
    """What an account with a post may send besides."""

    channel = serializers.ChoiceField(choices=Request.Channel.choices, required=False)
    urgency = serializers.ChoiceField(choices=Request.Urgency.choices, required=False)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)
    grid = serializers.CharField(
        max_length=17,
        required=False,
        allow_blank=True,
        help_text="The code of the grid, where there is no position.",
    )


_serializers = threading.local()


def read(
    data: Mapping[str, Any], serializer_class: type[serializers.Serializer[Any]]
) -> dict[str, Any]:
    """The checked input.

    Raises:
        Invalid: with every wrong field; one that this caller may not send is named as well.
    """
    plain = {ALIASES.get(name, name): data[name] for name in data if name != "photos"}
    if isinstance(data, QueryDict) and "files" in data:
        plain["files"] = [f for f in data.getlist("files") if isinstance(f, str)]
    serializer = _kept(serializer_class)
    serializer.initial_data = plain
    try:
        return _checked(serializer, plain)
    finally:
        for name in ("initial_data", "_validated_data", "_errors"):
            serializer.__dict__.pop(name, None)


def _kept(cls: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """This thread's own serializer of a class: its fields are copied once, not with each call."""
    mine: dict[type, serializers.Serializer[Any]]
    mine = _serializers.__dict__.setdefault("by_class", {})
    if cls not in mine:
        mine[cls] = cls(data={})
    return mine[cls]


def _checked(
    serializer: serializers.Serializer[Any], plain: dict[str, Any]
) -> dict[str, Any]:
    unknown = sorted(set(plain) - set(serializer.fields))
    if unknown:
        words = _("This field is not accepted here.")
        raise Invalid(fields={name: [words] for name in unknown})
    if not serializer.is_valid():
        fields = {
            name: [str(e) for e in (errors if isinstance(errors, list) else [errors])]
            for name, errors in serializer.errors.items()
        }
        raise Invalid(fields=fields)
    return dict(serializer.validated_data)


# --- Shapes of the answers ----------------------------------------------------------------


class CodeName(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class CodeLabel(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class PlaceOut(serializers.Serializer[Any]):
    """The district and the four ancestors; a level below the request's own is null."""

    district = serializers.CharField()
    large = CodeName(allow_null=True)
    medium = CodeName(allow_null=True)
    small = CodeName(allow_null=True)
    micro = CodeName(allow_null=True)


class ClockOut(serializers.Serializer[Any]):
    """A deadline; `code` is running, due_soon, overdue, paused, met, missed or not_started."""

    code = serializers.CharField()
    text = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)


class TurnOut(serializers.Serializer[Any]):
    """Who must act now; `kind` is desk, grid, department, person or nobody."""

    kind = serializers.CharField()
    unit = serializers.CharField()
    person = serializers.CharField()
    verb = serializers.CharField()
    is_mine = serializers.BooleanField()


class ReceiptOut(serializers.Serializer[Any]):
    """The answer to a submission; a repeat with the same key gets the same one."""

    id = serializers.IntegerField()
    no = serializers.CharField()
    follow_code = serializers.CharField()
    state = serializers.CharField()
    title = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    place = PlaceOut()


class RequestRow(serializers.Serializer[Any]):
    """One line of the list."""

    id = serializers.IntegerField()
    no = serializers.CharField()
    state = serializers.ChoiceField(choices=REQUEST_STATES)
    state_label = serializers.CharField()
    title = serializers.CharField()
    category = CodeLabel(allow_null=True)
    channel = serializers.CharField()
    urgency = serializers.CharField()
    address = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    place = PlaceOut()
    is_private = serializers.BooleanField()
    submitted_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    clock = ClockOut()
    turn = TurnOut()


class ChoiceOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class StepFieldOut(serializers.Serializer[Any]):
    """One input; `kind` says how its value is written (see the workflow)."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = ChoiceOut(many=True, required=False)


class StepOut(serializers.Serializer[Any]):
    """A step that the caller may take now."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField(allow_null=True)
    fields_ = StepFieldOut(many=True, source="fields")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Under its real name, which a class attribute may not have."""
        fields = super().get_fields()
        fields["fields"] = StepFieldOut(many=True)
        del fields["fields_"]
        return fields


class RefusedOut(serializers.Serializer[Any]):
    """A step of the caller's posts that is not possible now, and why."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()


class EventOut(serializers.Serializer[Any]):
    """One thing that happened; `task` where it happened to a task."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    step = serializers.CharField()
    to = serializers.CharField()
    note = serializers.CharField()
    task = serializers.IntegerField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With "from", which is a keyword."""
        return {**super().get_fields(), "from": serializers.CharField()}


class FileOut(serializers.Serializer[Any]):
    """One attachment; its bytes are at /attachments/<id>/."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    purpose = serializers.CharField()
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class StoredFileOut(FileOut):
    """With the key to name it by where there is no account."""

    key = serializers.CharField()


class TaskRow(serializers.Serializer[Any]):
    """A called department's task, or a grid task."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Task.Kind.choices)
    state = serializers.ChoiceField(choices=TASK_STATES)
    state_label = serializers.CharField()
    request = serializers.IntegerField(allow_null=True)
    round = serializers.IntegerField()
    title = serializers.CharField()
    department = serializers.CharField(allow_null=True)
    department_name = serializers.CharField()
    holder = serializers.CharField()
    is_lead = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    report_in_due_at = serializers.DateTimeField(allow_null=True)
    reported_in_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    replied_at = serializers.DateTimeField(allow_null=True)
    reply = serializers.CharField()
    whistle = serializers.IntegerField(allow_null=True)
    plan_due_at = serializers.DateTimeField(allow_null=True)
    planned_at = serializers.DateTimeField(allow_null=True)
    return_due_at = serializers.DateTimeField(allow_null=True)
    return_count = serializers.IntegerField()
    is_ruled = serializers.BooleanField()
    decision_due_at = serializers.DateTimeField(allow_null=True)
    extension_state = serializers.CharField()
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_until_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField()
    rework_count = serializers.IntegerField()
    clock = ClockOut()


class TaskDetail(TaskRow):
    """With its events and the steps the caller may take."""

    request_no = serializers.CharField()
    place = PlaceOut()
    plan = serializers.CharField()
    planned_for = serializers.DateTimeField(allow_null=True)
    plan_steps = serializers.ListField(child=serializers.DictField())
    events = EventOut(many=True)
    steps = StepOut(many=True)


class WhistleOut(serializers.Serializer[Any]):
    """A whistle with each called department, lead first."""

    id = serializers.IntegerField()
    request = serializers.IntegerField()
    request_no = serializers.CharField()
    round = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Whistle.Kind.choices)
    state = serializers.ChoiceField(choices=WHISTLE.choices)
    state_label = serializers.CharField()
    note = serializers.CharField()
    blown_by = serializers.CharField()
    blown_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField()
    tasks = TaskRow(many=True)
    steps = StepOut(many=True)


class RequestDetail(RequestRow):
    """Everything of a request; name and telephone are masked."""

    body = serializers.CharField()
    reporter_name = serializers.CharField()
    reporter_phone = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    round = serializers.IntegerField()
    route = serializers.CharField()
    reply = serializers.CharField()
    lead_department = serializers.CharField(allow_null=True)
    outcome = serializers.CharField(help_text="solved, not_solved or empty.")
    is_solved = serializers.BooleanField(
        allow_null=True, help_text="The resident's word."
    )
    satisfaction = serializers.CharField()
    rated_at = serializers.DateTimeField(allow_null=True)
    is_excluded = serializers.BooleanField(help_text="Left out of the rates.")
    merged_into = serializers.CharField(allow_null=True)
    tasks = TaskRow(many=True)
    events = EventOut(many=True)
    steps = StepOut(many=True)
    refused = RefusedOut(many=True)
    files = FileOut(many=True)


class PublicEvent(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    text = serializers.CharField()
    note = serializers.CharField()


class PublicRequestDetail(serializers.Serializer[Any]):
    """What the holder of the follow-up code reads; `stage` is 1 to 4."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    address = serializers.CharField()
    stage = serializers.IntegerField()
    headline = serializers.CharField()
    sentence = serializers.CharField()
    who = serializers.CharField()
    phone = serializers.CharField()
    when = serializers.DateTimeField(allow_null=True)
    reply = serializers.CharField()
    is_solved = serializers.BooleanField(allow_null=True)
    satisfaction = serializers.CharField()
    reopen_until = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    events = PublicEvent(many=True)
    steps = StepOut(many=True)
