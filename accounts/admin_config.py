"""Makes our admin the default one. Its own module: it is imported before there are models."""

from django.contrib.admin.apps import AdminConfig


class SupportAdminConfig(AdminConfig):
    """django.contrib.admin with the site-scoped admin; in INSTALLED_APPS in its place."""

    default = False
    default_site = "accounts.admin_site.SupportAdminSite"
