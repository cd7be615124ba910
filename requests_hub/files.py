"""Who may see the files of requests and tasks: who may see the thing itself."""

from django.http import HttpRequest

from governance.core import attachments
from requests_hub.models import Request, Task


def sees_request(request: HttpRequest, pk: int) -> bool:
    """Staff and account holders in scope; residents see photos through their follow page."""
    return Request.objects.visible_to(request.user).filter(pk=pk).exists()


def sees_task(request: HttpRequest, pk: int) -> bool:
    """Who sees the task, or the request that it is about."""
    if Task.objects.visible_to(request.user).filter(pk=pk).exists():
        return True
    about = Task.objects.filter(pk=pk).values("request_id")
    return Request.objects.visible_to(request.user).filter(pk__in=about).exists()


def register() -> None:
    attachments.register("request", sees_request)
    attachments.register("task", sees_task)
