"""``manage.py runserver``: Django's, which prepares a demo first: a fresh clone then works."""

import os
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands import runserver

from accounts.management.commands.prepare import prepare


class Command(runserver.Command):
    """Django's development server. Outside the demo, ``manage.py prepare`` comes first."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare once, not in each process that the autoreloader starts."""
        if settings.DEMO and "RUN_MAIN" not in os.environ:
            prepare()
        super().handle(*args, **options)
