"""Becomes another program that does not outlive its parent. Run as a file, with no package at hand.

``python -IS _launch.py PARENT SIGNAL [USER:GROUP] COMMAND …`` asks Linux to send the signal when
the thread that started it is gone, gives up root's rights for the user's, and executes the command.
Elsewhere than on Linux the parent's own clean-up has to end the child.
https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main(parent: str, sign: str, account: str, *command: str) -> None:
    """Prepare this process, and execute the command in it."""
    if account:
        _become(*map(int, account.split(":")))
    if sys.platform == "linux":  # after the change of user, which would clear it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.Signals[sign]))
    if os.getppid() != int(parent):
        sys.exit("The parent has gone already.")
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606 - no shell: that is the point


def _become(user: int, group: int) -> None:
    if user == os.geteuid():
        return
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


if __name__ == "__main__":
    main(*sys.argv[1:])
