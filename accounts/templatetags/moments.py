"""Times and durations in words: ``2 hours ago``, ``in 13 days``."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil

register = template.Library()

_MINUTE = timedelta(minutes=1)


@register.filter
def ago(moment: datetime) -> str:
    """``"2 hours ago"``; ``"just now"`` within a minute."""
    if timezone.now() - moment < _MINUTE:
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def ahead(moment: datetime) -> str:
    """``"in 1 week, 6 days"``."""
    return f"in {timeuntil(moment)}"


@register.filter
def as_span(duration: timedelta) -> str:
    """``"7 days"``, ``"12 hours"``: a duration from the settings."""
    now = timezone.now()
    if duration.days > 1:
        return f"{duration.days} days"
    return timesince(now - duration, now)
