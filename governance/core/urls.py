"""Addresses of the core."""

from django.urls import path

from governance.core.views import attachments, health

urlpatterns = [
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
