"""Addresses of the core."""

from django.urls import include, path

from governance.core.views import attachments, gallery, health, notices, preferences

urlpatterns = [
    path("", include("governance.core.api.docs")),
    path("", include("governance.core.registers.urls")),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:pk>/read/", notices.notice_read, name="notice_read"),
    path("theme/", preferences.theme, name="theme"),
    path("elder/", preferences.elder, name="elder"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("_components/", gallery.components, name="components"),
    path("_components/<slug:part>/", gallery.components, name="components_part"),
]
