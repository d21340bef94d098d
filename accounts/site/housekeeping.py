"""The running site prunes itself: a little each minute, by one process at a time."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connection

from accounts.models.pruning import prune_a_little
from accounts.models.throttle import throttle_claim

EVERY = 60  # seconds
_MAX_SECONDS = 30  # a turn is over before another process may begin one
# So many times as long as a batch took, nothing happens after it: visitors come first.
_REST = 4

logger = logging.getLogger(__name__)


def housekeeping_start() -> None:
    """Prune from now on, in a thread of this process that ends with it."""
    threading.Thread(target=_keep_house, name="housekeeping", daemon=True).start()


def _keep_house() -> None:
    while True:
        take_turn()
        time.sleep(EVERY)


def take_turn(pause: Callable[[float], None] = time.sleep) -> bool:
    """Prune for at most half a minute, unless a process has done so within ``EVERY`` seconds.

    Returns whether it was this one's turn. Whatever goes wrong, the next minute has another turn.
    """
    try:
        if not _is_mine():
            return False
        _prune(pause)
    except Error as error:
        if connection.is_usable():  # of an outage the requests write a line
            logger.warning("Pruning ended early: %s", str(error).strip().partition("\n")[0])
    finally:
        connection.close()
    return True


def _is_mine() -> bool:
    try:
        return throttle_claim("housekeeping", seconds=EVERY)
    except Error:
        return False


def _prune(pause: Callable[[float], None]) -> None:
    began = batch_began = time.monotonic()
    for _ in prune_a_little():
        now = time.monotonic()
        if now - began > _MAX_SECONDS:
            return
        pause(_REST * (now - batch_began))
        batch_began = time.monotonic()
