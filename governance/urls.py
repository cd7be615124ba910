"""Every address. It sees all apps; nobody imports it."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("governance.core.account_urls")),
    # before the pages: an address is looked for from the top, and programs ask most often
    path("api/v1/", include("requests_hub.api.urls")),
]
urlpatterns += [
    path("", include(module))
    for module in (
        "grids.urls",  # first: /registry/feeds/ is no register
        "governance.core.urls",
        "volunteers.urls",
        "requests_hub.urls",
        "governance.dashboards.urls",
    )
    if find_spec(module)
]

handler400 = "governance.core.views.errors.bad_request"
handler403 = "governance.core.views.errors.forbidden"
handler404 = "governance.core.views.errors.not_found"
handler500 = "governance.core.views.errors.server_error"
