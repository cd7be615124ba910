"""Addresses of every register."""

from django.urls import path

from governance.core.registers import api, file_views, import_views, views

urlpatterns = [
    path("api/v1/registry/", api.Registers.as_view(), name="api_registers"),
    path("api/v1/registry/<slug:key>/", api.Records.as_view(), name="api_records"),
    path(
        "api/v1/registry/<slug:key>/<int:pk>/",
        api.OneRecord.as_view(),
        name="api_record",
    ),
    path("imports/", import_views.import_list, name="imports"),
    path("imports/new/<slug:key>/", import_views.import_new, name="import_new"),
    path("imports/<int:pk>/", import_views.import_run, name="import_run"),
    path("imports/<int:pk>/errors/", import_views.import_errors, name="import_errors"),
    path("imports/<int:pk>/<slug:step>/", import_views.import_step, name="import_step"),
    path("registry/<slug:key>/", views.registry, name="registry"),
    path("registry/<slug:key>/grids/", views.registry_grids, name="registry_grids"),
    path("registry/<slug:key>/new/", views.registry_new, name="registry_new"),
    path(
        "registry/<slug:key>/template/",
        file_views.registry_template,
        name="registry_template",
    ),
    path(
        "registry/<slug:key>/export/",
        file_views.registry_export,
        name="registry_export",
    ),
    path(
        "registry/<slug:key>/export/<int:pk>/",
        file_views.registry_export_run,
        name="registry_export_run",
    ),
    path(
        "registry/<slug:key>/export/<int:pk>/file/",
        file_views.registry_export_file,
        name="registry_export_file",
    ),
    path("registry/<slug:key>/print/", views.registry_print, name="registry_print"),
    path(
        "registry/<slug:key>/<int:pk>/", views.registry_record, name="registry_record"
    ),
    path(
        "registry/<slug:key>/<int:pk>/edit/", views.registry_edit, name="registry_edit"
    ),
]
