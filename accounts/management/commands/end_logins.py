"""``manage.py end_logins``: end every login and token of everybody, as after a restored backup."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import F

from accounts.models import EndReason, Login, User

# A backup knows nothing of what was handed out after it, under counters that it has not reached:
# this goes beyond them.
_JUMP = 1_000_000


class Command(BaseCommand):
    """End all logins. Whoever logs in again is let in."""

    help = "End every login and every token of every user: after a backup was restored, say."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """End them, and print how many."""
        ended = Login.objects.in_use().end(EndReason.STAFF)
        users = User.objects.update(token_version=F("token_version") + _JUMP)
        self.stdout.write(f"{ended:,} logins of {users:,} users ended.")
