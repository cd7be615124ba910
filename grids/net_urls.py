"""Addresses of the review desk and of the work lines."""

from django.urls import path

from grids.views import lines, nets

urlpatterns = [
    path("grids/mapping/", nets.mapping, name="mapping"),
    path("grids/mapping/bulk/", nets.bulk, name="mapping_bulk"),
    path("grids/mapping/undo/<int:pk>/", nets.undo, name="mapping_undo"),
    path("grids/mapping/<int:pk>/confirm/", nets.confirm, name="mapping_confirm"),
    path("grids/mapping/<int:pk>/reject/", nets.reject, name="mapping_reject"),
    path("grids/mapping/<int:pk>/own/", nets.own, name="mapping_own"),
    path("grids/lines/", lines.lines, name="lines"),
    path("grids/lines/template.xlsx", lines.template, name="line_template"),
    path("grids/lines/lists/<int:pk>/", lines.line_list, name="line_list"),
    path("grids/lines/<slug:code>/", lines.line, name="line"),
    path("grids/lines/<slug:code>/settings/", lines.settings, name="line_settings"),
    path("grids/lines/<slug:code>/hand-in/", lines.hand_in, name="line_hand_in"),
    path("grids/lines/<slug:code>/match/", lines.match, name="line_match"),
    path("grids/lines/<slug:code>/export.xlsx", lines.export, name="line_export"),
]
