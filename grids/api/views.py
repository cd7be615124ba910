"""Grids and departments for programs."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from governance.core import coordinates
from governance.core.errors import Invalid, NotHere
from grids import locate
from grids.api.paging import CodePagination
from grids.api.serializers import (
    DepartmentSerializer,
    GridDetailSerializer,
    GridSerializer,
    GridShapeSerializer,
    LocatedSerializer,
)
from grids.models import Department, Grid


def _text(name: str, about: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=about, **more)


@extend_schema(
    summary="Grids by level, parent, code or name",
    parameters=[
        _text("level", "One level.", enum=Grid.Level.values),
        _text("parent", "Code of the parent: its children."),
        _text("code", "Start of the code: a grid and everything below it."),
        _text("q", "Part of the name."),
        _text("retired", "1 lists retired grids as well.", enum=["0", "1"]),
        _text("geometry", "1 adds the polygon.", enum=["0", "1"]),
    ],
)
class GridList(generics.ListAPIView[Grid]):
    pagination_class = CodePagination
    filter_backends = ()
    serializer_class = GridSerializer
    queryset = Grid.objects.none()

    def get_serializer_class(self) -> type[BaseSerializer[Grid]]:
        return GridShapeSerializer if self._is_on("geometry") else GridSerializer

    def get_queryset(self) -> QuerySet[Grid]:
        grids = Grid.objects.select_related("parent", "district")
        if self._is_on("geometry"):
            grids = grids.select_related("shape")
        if not self._is_on("retired"):
            grids = grids.live()
        return grids.filter(self._asked())

    def _is_on(self, name: str) -> bool:
        return bool(self.request) and self.request.query_params.get(name) == "1"

    def _asked(self) -> Q:
        asked = self.request.query_params
        q = Q()
        if level := asked.get("level"):
            if level not in Grid.Level.values:
                raise Invalid(fields={"level": [" / ".join(Grid.Level.values)]})
            q &= Q(level=level)
        if parent := asked.get("parent"):
            q &= Q(parent__code=parent[:17])
        if code := asked.get("code"):
            q &= Q(code__startswith=code[:17])
        if name := asked.get("q"):
            q &= Q(name__icontains=name[:60].replace("\0", ""))
        return q


@extend_schema(
    summary="One grid with its ancestors, children and polygon",
    responses={
        200: GridDetailSerializer,
        404: OpenApiResponse(description="No such grid."),
    },
)
class GridDetail(generics.RetrieveAPIView[Grid]):
    serializer_class = GridDetailSerializer
    lookup_field = "code"
    queryset = Grid.objects.select_related("parent", "district", "shape")


class GridLocate(APIView):
    """Open to everybody: the public form needs it."""

    permission_classes = (AllowAny,)

    @extend_schema(
        summary="The grid at a point",
        parameters=[
            OpenApiParameter("lon", float, required=True, description="Degrees east."),
            OpenApiParameter("lat", float, required=True, description="Degrees north."),
            _text(
                "crs",
                "What the numbers are in.",
                enum=["wgs84", "gcj02", "bd09"],
                default="wgs84",
            ),
        ],
        responses={
            200: LocatedSerializer,
            400: OpenApiResponse(description="Not degrees, or an unknown crs."),
            404: OpenApiResponse(description="Outside every grid."),
        },
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        lon, lat = coordinates.to_wgs84(
            asked.get("lon", ""), asked.get("lat", ""), asked.get("crs") or "wgs84"
        )
        place = locate.locate(lon, lat)
        if place is None:
            raise NotHere(_("This point lies outside every grid."))
        chain = locate.places_of(place.chain)
        found = {
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "grid": place,
            "chain": chain,
        }
        return Response(LocatedSerializer(found).data)


@extend_schema(
    summary="Departments in official order",
    parameters=[_text("q", "Part of the name or of what it answers for.")],
)
class DepartmentList(generics.ListAPIView[Department]):
    """All in one answer: {"results", "next": null}."""

    serializer_class = DepartmentSerializer
    filter_backends = ()
    queryset = Department.objects.none()

    def get_queryset(self) -> QuerySet[Department]:
        found = Department.objects.active()
        if word := self.request.query_params.get("q", "")[:60].replace("\0", ""):
            found = found.filter(
                Q(name__icontains=word)
                | Q(duties__icontains=word)
                | Q(short_name__icontains=word)
            )
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.get_serializer(self.get_queryset(), many=True).data
        return Response({"results": rows, "next": None})
