"""Application configuration."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AccountsConfig(AppConfig):
    """The accounts app: fills the registries and wires the one signal receiver."""

    name = "accounts"

    def ready(self) -> None:
        """Import what must be known before the first request."""
        from accounts.site import signals  # noqa: F401  (it registers itself)
        from accounts.tokens import checks  # noqa: F401  (so does it)


class AdminConfig(DjangoAdminConfig):
    """Django's admin behind the site's own log-in page, so that it is throttled alike."""

    default_site = "accounts.site.admin_site.AdminSite"
