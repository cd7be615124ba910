"""Addresses of the endpoint; the format is the last part of each."""

from django.urls import path

from requests_hub.open311 import views

urlpatterns = [
    path("", views.nothing, {"fmt": "xml"}, name="open311_root"),
    path("openapi.json", views.openapi, name="open311_openapi"),
    path("discovery.<str:fmt>", views.discovery, name="open311_discovery"),
    path("services.<str:fmt>", views.service_list, name="open311_services"),
    path(
        "services/<str:code>.<str:fmt>",
        views.service_definition,
        name="open311_service",
    ),
    path("requests.<str:fmt>", views.requests, name="open311_requests"),
    path("requests/<str:no>.<str:fmt>", views.request_detail, name="open311_request"),
    path("tokens/<str:token>.<str:fmt>", views.token, name="open311_token"),
    path("servicerequestupdates.<str:fmt>", views.updates, name="open311_updates"),
    path("<path:rest>", views.nothing, {"fmt": "xml"}, name="open311_nothing"),
]
