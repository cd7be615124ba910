"""Tasks: list, look at, take a step. And the door for files."""

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as fields
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request as HttpCall
from rest_framework.response import Response

from governance.core import attachments, ratelimit
from governance.core.api.parsers import MultiPartParser
from governance.core.api.schema import page_of, problems
from governance.core.errors import Invalid, NotHere
from governance.core.models import Attachment, User
from governance.core.views.health import client_address
from requests_hub.api import callers, serializers, shapes
from requests_hub.api.views import PAGING, PARSERS, STEP, paged, query, take
from requests_hub.filters import TaskFilter
from requests_hub.models import Task


@extend_schema(
    operation_id="tasks_list",
    parameters=[
        *query(TaskFilter),
        *PAGING,
    ],
    responses={200: page_of("Tasks", serializers.TaskRow)},
)
@api_view(["GET"])
def tasks(call: HttpCall) -> Response:
    """List the tasks in one's scope: one's department's, one's own, one's grids'."""
    rows = Task.objects.visible_to(call.user).select_related("department", "holder")
    return paged(call, rows, TaskFilter, shapes.task_row)


@extend_schema(
    operation_id="tasks_read",
    responses={200: serializers.TaskDetail},
)
@api_view(["GET"])
def task_detail(call: HttpCall, pk: int) -> Response:
    """One task with its events and the steps the caller may take."""
    task = callers.find_task(call.user, pk)
    return Response(shapes.task_detail(task, call.user))


@extend_schema(
    operation_id="tasks_step",
    parameters=[STEP],
    description="The body has the step's fields, as `steps` of the task names them.",
    request=OpenApiTypes.OBJECT,
    responses={200: serializers.TaskDetail, **problems(409)},
)
@api_view(["POST"])
@parser_classes(PARSERS)
def task_step(call: HttpCall, pk: int, step: str) -> Response:
    """Take one step on a task."""
    user = callers.account_of(call)
    if user is None:
        raise NotHere("")
    take(call, callers.find_task(user, pk), step, user)
    return Response(shapes.task_detail(callers.find_task(user, pk), user))


@extend_schema(
    operation_id="attachments_store",
    request={
        "multipart/form-data": inline_serializer(
            "FileIn",
            {
                "file": fields.FileField(),
                "purpose": fields.ChoiceField(
                    Attachment.Purpose.choices, required=False
                ),
            },
        )
    },
    responses={201: serializers.StoredFileOut, **problems(429)},
    description="The answer's `id` (or `key`, where there is no account) goes into `files` of "
    "a request or a step within a day.",
)
@api_view(["POST"])
@permission_classes([AllowAny])
@parser_classes([MultiPartParser])
def store_file(call: HttpCall) -> Response:
    """Store one file; it belongs to nothing yet."""
    user = call.user if isinstance(call.user, User) else None
    if not callers.is_staff(user):
        address = str(client_address(call._request))  # noqa: SLF001 - the Django request
        ratelimit.hit("upload", address, settings.INTAKE_LIMIT_PER_ADDRESS)
    file = call.FILES.get("file")
    if file is None:
        raise Invalid(fields={"file": [_("This is needed.")]})
    purpose = str(callers.body_of(call).get("purpose") or Attachment.Purpose.BEFORE)
    stored = attachments.store(file, by=user, purpose=purpose)
    answer = {**shapes.file_row(stored), "key": shapes.file_key(stored)}
    return Response(answer, status=201)
