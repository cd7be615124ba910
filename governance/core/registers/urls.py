"""Addresses of every register."""

from django.urls import path

from governance.core.registers import views

urlpatterns = [
    path("registry/<slug:key>/", views.registry, name="registry"),
    path("registry/<slug:key>/new/", views.registry_new, name="registry_new"),
    path("registry/<slug:key>/print/", views.registry_print, name="registry_print"),
    path(
        "registry/<slug:key>/<int:pk>/", views.registry_record, name="registry_record"
    ),
    path(
        "registry/<slug:key>/<int:pk>/edit/", views.registry_edit, name="registry_edit"
    ),
]
