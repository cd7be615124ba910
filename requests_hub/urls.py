"""Addresses of the requests app."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("requests_hub.api.urls"))]
