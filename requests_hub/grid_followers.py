"""Open requests and tasks: counted before a grid is changed, shifted when the event is heard."""

from django.utils.translation import gettext_lazy as _

from grids import following
from requests_hub.models import Request, Task

following.add(
    following.Follower(
        "requests_hub.request",
        _("open requests"),
        lambda: Request.objects.open(),
        by_itself=True,
    )
)
following.add(
    following.Follower(
        "requests_hub.task",
        _("open tasks"),
        lambda: Task.objects.open(),
        by_itself=True,
    )
)
