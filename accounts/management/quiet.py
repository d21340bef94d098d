"""What commands do before they measure something for the repository."""

import sys

from django.core.management.base import CommandError

from accounts.bench.measures import machine


def quiet_required() -> None:
    """Wait some minutes until other programs leave the machine alone.

    Raises:
        CommandError: they do not. Figures from a busy machine are not shipped.
    """
    if not machine.quiet_wait(lambda text: print(text, file=sys.stderr, flush=True)):  # noqa: T201
        raise CommandError("The machine is too busy: nothing was measured. Try again later.")
