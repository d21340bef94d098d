"""Child processes that do not outlive the process that started them."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """Return a ``preexec_fn``: the child gets ``sign`` when its parent is gone, even by kill -9.

    Only Linux can do this; elsewhere the answer is None and the child is stopped by its parent's
    own clean-up alone. https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: loading is not safe after a fork
    return lambda: prctl(_PR_SET_PDEATHSIG, int(sign))
