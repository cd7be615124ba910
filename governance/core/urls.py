"""Addresses of the core."""

from django.urls import path

from governance.core.views import attachments

urlpatterns = [
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
]
