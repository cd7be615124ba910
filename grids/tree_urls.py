"""Addresses of the life of the tree: changes, history, outlines, whole files."""

from django.urls import path

from grids.views import tree_files, tree_import, tree_life, tree_polygons

GRID = "grids/<slug:code>/"

urlpatterns = [
    path("grids/new/", tree_life.new_town, name="grid_new_town"),
    path("grids/import/", tree_import.upload, name="grid_import"),
    path("grids/import/template/", tree_import.template, name="grid_import_template"),
    path("grids/import/<int:pk>/", tree_import.run, name="grid_import_run"),
    path(
        "grids/import/<int:pk>/errors/", tree_import.errors, name="grid_import_errors"
    ),
    path("grids/export/", tree_import.export, name="grid_export"),
    path("grids/polygons/", tree_files.upload, name="grid_polygons"),
    path("grids/polygons/<int:pk>/", tree_files.preview, name="grid_polygons_preview"),
    path(
        "grids/plans/<int:pk>/cancel/", tree_life.cancel_plan, name="grid_plan_cancel"
    ),
    path(f"{GRID}polygon/", tree_polygons.polygon, name="grid_polygon"),
    path(
        f"{GRID}polygon/check/", tree_polygons.polygon_check, name="grid_polygon_check"
    ),
    path(f"{GRID}history/", tree_life.history, name="grid_history"),
    path(f"{GRID}change/<slug:act>/", tree_life.change, name="grid_change"),
]
