"""Why a login ends, in words."""

from django.db import models


class EndReason(models.TextChoices):
    """Why a login ended."""

    LOGGED_OUT = "logged-out", "logged out"
    ELSEWHERE = "elsewhere", "ended from another device"
    EVERYWHERE = "everywhere", "logged out everywhere"
    PASSWORD = "password", "password changed"
    RESET = "reset", "password reset by staff"
    REPLAYED = "replayed", "refresh token replayed"
    DISABLED = "disabled", "account disabled"
    STAFF = "staff", "ended by staff"
