"""Addresses of the requests app; those of its API stand in the root, before all pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("requests_hub.page_urls_public")),
    path("", include("requests_hub.page_urls_staff")),
    path("", include("requests_hub.page_urls_outside")),
    path("open311/v2/", include("requests_hub.open311.urls")),
]
