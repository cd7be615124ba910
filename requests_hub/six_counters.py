"""Events 事 among the six data: requests and cases."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids import six
from requests_hub.models import Request
from requests_hub.workflow import REQUEST

six.add(
    six.Kind(
        "events",
        pgettext_lazy("one of the six data", "Events"),
        _("Requests and cases"),
        "clipboard-data",
        "/requests/",
        lambda viewer: Request.objects.visible_to(viewer),
        _("open"),
        lambda: Q(state__in=REQUEST.open_states),
        "",
        stamp="submitted_at",
    )
)
