"""Whistles: look at one, call one more department, take it back."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request as HttpCall
from rest_framework.response import Response

from governance.core.api.schema import problems
from governance.core.errors import NotHere
from requests_hub.api import callers, serializers, shapes
from requests_hub.api.views import STEP, take


@extend_schema(
    operation_id="whistles_read",
    responses={200: serializers.WhistleOut},
)
@api_view(["GET"])
def whistle_detail(call: HttpCall, pk: int) -> Response:
    """One whistle with the departments called and the steps the caller may take."""
    whistle = callers.find_whistle(call.user, pk)
    return Response(shapes.whistle_detail(whistle, call.user))


@extend_schema(
    operation_id="whistles_step",
    parameters=[STEP],
    description="The body has the step's fields, as `steps` of the whistle names them.",
    request=OpenApiTypes.OBJECT,
    responses={200: serializers.WhistleOut, **problems(409)},
)
@api_view(["POST"])
def whistle_step(call: HttpCall, pk: int, step: str) -> Response:
    """Take one step on a whistle as a whole."""
    user = callers.account_of(call)
    if user is None:
        raise NotHere("")
    take(call, callers.find_whistle(user, pk), step, user)
    return Response(shapes.whistle_detail(callers.find_whistle(user, pk), user))
