"""Addresses of the grids."""

from django.urls import include, path

from grids.party_urls import urlpatterns as party_patterns
from grids.views import geometry, pages, staff

urlpatterns = [
    path("api/v1/", include("grids.api.urls")),
    path("", include("grids.urls_persons")),
    path("registry/", include("grids.sixdata_urls")),
    path("grids/", pages.grid_list, name="grids"),
    path("grids/geometry/<slug:code>.json", geometry.geometry, name="grid_geometry"),
    path("grids/staff/slips/", staff.slips, name="staff_slips"),
    path("", include("grids.net_urls")),
    path("", include("grids.tree_urls")),
    *party_patterns,
    path("grids/<slug:code>/", pages.grid_page, name="grid"),
    path("", include("grids.site_urls")),
    path("", include("grids.urls_support")),
]
