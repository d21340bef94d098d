"""Lifetimes and switches, read when used: a test or an operator may change them while running."""

from datetime import timedelta

from django.conf import settings


def login_lifetime() -> timedelta:
    """How long a login lives at most; no rotation moves its end."""
    return settings.LOGIN_LIFETIME


def unremembered_lifetime() -> timedelta:
    """The same for a log-in that did not ask to be remembered."""
    return settings.UNREMEMBERED_LIFETIME


def ended_logins_kept() -> timedelta:
    """How long a login that is over stays in its user's list."""
    return settings.ENDED_LOGINS_KEPT


def session_idle() -> timedelta:
    """How long a cookie session may go unused."""
    return settings.SESSION_IDLE


def access_lifetime() -> timedelta:
    """How long an access token is good for."""
    return settings.ACCESS_TOKEN_LIFETIME


def refresh_lifetime() -> timedelta:
    """How long a refresh token is good for."""
    return settings.REFRESH_TOKEN_LIFETIME


def refresh_grace() -> timedelta:
    """How long the same client may send a spent refresh token again: its answer may be lost."""
    return settings.REFRESH_GRACE


def token_leeway() -> timedelta:
    """How far two servers' clocks may differ (RFC 7519, section 4.1.4)."""
    return settings.TOKEN_LEEWAY


def lab_lifetime() -> timedelta:
    """How long a throwaway user of the lab is kept."""
    return settings.LAB_LIFETIME


def lab_run_lifetime() -> timedelta:
    """How long a played scenario's transcript is kept."""
    return settings.LAB_RUN_LIFETIME


def bench_public() -> bool:
    """Whether everybody may start a short benchmark; if not, staff may."""
    return settings.BENCH_PUBLIC


def tracing() -> bool:
    """Whether requests are traced."""
    return settings.TRACING


def trusted_proxies() -> frozenset[str]:
    """Peer addresses whose ``X-Forwarded-For`` is believed."""
    return frozenset(address.strip() for address in settings.TRUSTED_PROXIES)


def cookie_name(name: str) -> str:
    """A cookie that another host of this domain can neither set nor read, outside the demo."""
    return name if settings.DEMO else f"__Host-{name}"
