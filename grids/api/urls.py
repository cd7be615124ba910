"""Addresses under /api/v1/."""

from django.urls import path

from grids.api import sites, views

urlpatterns = [
    path("grids/", views.GridList.as_view(), name="api_grids"),
    path("grids/locate/", views.GridLocate.as_view(), name="api_grid_locate"),
    path("grids/<str:code>/", views.GridDetail.as_view(), name="api_grid"),
    path("departments/", views.DepartmentList.as_view(), name="api_departments"),
    path("sites/", sites.SiteList.as_view(), name="api_sites"),
    path("sites/<int:pk>/", sites.SiteDetail.as_view(), name="api_site"),
]
