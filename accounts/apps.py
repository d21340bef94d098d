"""Django's configuration of this app and of the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"

    def ready(self) -> None:
        # They register themselves when they are imported.
        from accounts.site import checks, signals  # noqa: F401
        from accounts.tokens import checks as token_checks  # noqa: F401


class AdminConfig(DjangoAdminConfig):
    """Django's admin behind the site's own log-in page, which is throttled."""

    default_site = "accounts.site.admin_site.AdminSite"
