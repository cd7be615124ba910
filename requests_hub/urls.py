"""Addresses of the requests app."""

from django.urls import include, path

urlpatterns = [
    path("", include("requests_hub.page_urls_public")),
    path("", include("requests_hub.page_urls_staff")),
    path("", include("requests_hub.page_urls_outside")),
    path("api/v1/", include("requests_hub.api.urls")),
    path("open311/v2/", include("requests_hub.open311.urls")),
]
