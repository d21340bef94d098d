"""How a client addresses a strategy of the lab, and how it carries its credential there."""

from django.conf import settings

from accounts.strategies import Strategy

LAB_PATH = "/api/lab/"


def lab_path(slug: str, action: str = "") -> str:
    """The address of a strategy in the API, or of one of its actions (``login``, ``me`` …)."""
    root = f"{settings.FORCE_SCRIPT_NAME or ''}{LAB_PATH}"
    return f"{root}{slug}/{action}/" if action else f"{root}{slug}/"


def cookie_name(slug: str) -> str:
    """The cookie of a strategy in the lab; it is sent to ``lab_path(slug)`` alone."""
    return f"lab-{slug}{settings.COOKIE_SUFFIX}" if settings.DEMO else f"__Secure-lab-{slug}"


def auth_headers(strategy: Strategy | type[Strategy], credential: str) -> dict[str, str]:
    """The header in which a client sends the credential."""
    if strategy.in_cookie:
        return {"Cookie": f"{cookie_name(strategy.slug)}={credential}"}
    if strategy.bound:
        return {"Authorization": f"DPoP {credential}"}
    return {"Authorization": f"Bearer {credential}"}
