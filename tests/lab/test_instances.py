"""The instances of the strategies: one per process, and none of a parent's."""

import os
import warnings

from accounts.lab.instances import find_strategy


def test_a_process_that_was_forked_off_has_instances_of_its_own() -> None:
    """A connection, a thread or a lock of its parent's is of no use to it."""
    mine = find_strategy("jwt-blacklist-memory")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pytest has threads: no harm here
        child = os.fork()
    if child == 0:
        shared = True
        try:
            shared = find_strategy("jwt-blacklist-memory") is mine
        finally:
            os._exit(shared)
    assert os.waitpid(child, 0)[1] == 0
    assert find_strategy("jwt-blacklist-memory") is mine
