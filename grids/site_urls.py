"""Addresses of the sites and of the 15-minute circle."""

from django.urls import path

from grids.views import circle, sites

urlpatterns = [
    path("sites/", sites.site_list, name="sites"),
    path("sites/points.json", sites.site_points, name="site_points"),
    path("sites/circle/", circle.circle, name="circle"),
    path("sites/circle/run/", circle.circle_run, name="circle_run"),
    path("sites/circle/progress/", circle.circle_progress, name="circle_progress"),
    path("sites/circle/settings/", circle.circle_rule, name="circle_rule"),
    path("sites/circle/network/", circle.circle_network, name="circle_network"),
    path("sites/circle/plan/<int:rank>/", circle.circle_plan, name="circle_plan"),
    path("sites/circle/export/", circle.circle_export, name="circle_export"),
    path("sites/circle/print/", circle.circle_print, name="circle_print"),
    path("sites/<int:pk>/", sites.site_page, name="site"),
    path("sites/<int:pk>/stage/", sites.site_stage, name="site_stage"),
    path("sites/<int:pk>/photos/", sites.site_photos, name="site_photos"),
    path("sites/<int:pk>/photos/<int:photo>/", sites.site_photo, name="site_photo"),
]
