"""Sites for programs: what residents may know, without an account."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.core import dictionaries
from governance.core.api.schema import page_of
from governance.core.errors import Invalid, NotHere
from grids import nearby
from grids.models import Site
from grids.models.sites import ACCESS, SERVICES

MOST = 200


class PublicSiteSerializer(serializers.Serializer[Any]):
    """One public site; walking time only where `near` or `at` was asked."""

    id = serializers.IntegerField(source="site.pk")
    name = serializers.CharField(source="site.name")
    kind = serializers.CharField(source="site.kind")
    kind_label = serializers.CharField(source="site.kind_label")
    address = serializers.CharField(source="site.address")
    lon = serializers.FloatField(source="site.lon", allow_null=True)
    lat = serializers.FloatField(source="site.lat", allow_null=True)
    hours = serializers.CharField(source="site.hours_text")
    is_open = serializers.SerializerMethodField()
    services = serializers.SerializerMethodField()
    access = serializers.SerializerMethodField()
    duty_phone = serializers.CharField(source="site.duty_phone")
    about = serializers.CharField(source="site.about")
    photos = serializers.SerializerMethodField()
    distance_m = serializers.IntegerField(source="metres", allow_null=True)
    walk_minutes = serializers.IntegerField(source="minutes", allow_null=True)

    def get_is_open(self, near: nearby.Near) -> bool | None:
        return near.site.now.is_open if near.site.now else None

    def get_services(self, near: nearby.Near) -> list[dict[str, str]]:
        return _terms(SERVICES, near.site.services)

    def get_access(self, near: nearby.Near) -> list[dict[str, str]]:
        return _terms(ACCESS, near.site.access)

    def get_photos(self, near: nearby.Near) -> list[str]:
        shown = near.site.photos.all()  # prefetched, public ones only
        return [photo.file.url for photo in shown if photo.is_public]


def _terms(dictionary: str, codes: list[str]) -> list[dict[str, str]]:
    found = ((code, dictionaries.item(dictionary, code)) for code in codes)
    return [{"code": c, "label": e.label if e else c} for c, e in found]


NEAR = OpenApiParameter("near", str, description="lon,lat in WGS 84: nearest first.")


class SiteList(APIView):
    """Open to everybody, as the page is."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="sites_list",
        summary="Public sites, nearest first when a place is named",
        parameters=[
            NEAR,
            OpenApiParameter(
                "at", str, description="Code of a village: from its middle."
            ),
            OpenApiParameter("kind", str, description="A code of site_kinds."),
            OpenApiParameter("service", str, description="A code of site_services."),
            OpenApiParameter("open", str, description="1: open now.", enum=["0", "1"]),
            OpenApiParameter("q", str, description="Part of the name or address."),
        ],
        responses={200: page_of("Sites", PublicSiteSerializer)},
    )
    def get(self, request: Request) -> Response:
        asked = nearby.read(request.query_params)
        if asked.problem:
            raise Invalid(asked.problem, fields={"near": [asked.problem]})
        rows = nearby.ranked(nearby.public_sites(asked), asked.origin)[:MOST]
        shown = PublicSiteSerializer(rows, many=True).data
        return Response({"results": shown, "next": None})


class SiteDetail(APIView):
    """One public site."""

    permission_classes = (AllowAny,)

    @extend_schema(
        summary="One public site", parameters=[NEAR], responses=PublicSiteSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        site = (
            Site.objects.public().prefetch_related("photos__file").filter(pk=pk).first()
        )
        if site is None:
            raise NotHere("")
        asked = nearby.read(request.query_params)
        return Response(PublicSiteSerializer(nearby.way(site, asked.origin)).data)
