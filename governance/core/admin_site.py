"""Plain Django admin in the product's colours, for reference data."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class OneGridAdminSite(admin.AdminSite):
    site_header = _("OneGrid administration")
    site_title = _("OneGrid administration")
    index_title = _("Reference data")


class OneGridAdminConfig(AdminConfig):
    default_site = "governance.core.admin_site.OneGridAdminSite"
