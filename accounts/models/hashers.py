"""Password hashing, traced: it is the dearest step of a log-in."""

import os
from contextlib import AbstractContextManager, nullcontext
from threading import BoundedSemaphore
from typing import Any, ClassVar

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models.user import LAB_HASHER
from accounts.tracing.recorder import step


class SiteHasher(Argon2PasswordHasher):
    """Django's argon2id with its parameters; each use is a step of the trace.

    The step has one name: an unknown user's password is hashed where a known one's is verified, and
    the trace must not tell which.
    """

    algorithm = "argon2"
    # A hash takes a core for some hundred milliseconds and 100 MB. When a whole class logs in at
    # once, the rest of the threads waits for its turn.
    turn: ClassVar[AbstractContextManager[object]] = BoundedSemaphore(os.cpu_count() or 1)

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with self.turn, step("hash password", kind="hash", detail=self.algorithm):
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash."""
        with self.turn, step("hash password", kind="hash", detail=self.algorithm):
            return super().verify(password, encoded)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin shows of a password; Django's shows beginnings of the salt and hash."""
        return {"algorithm": self.algorithm}


class LabHasher(SiteHasher):
    """argon2id at its cheapest, for throwaway users only.

    Their passwords are 128 random bits made by the server: there is nothing to guess, and the lab
    makes hundreds of them. They wait for nobody's log-in.
    """

    algorithm = LAB_HASHER
    turn = nullcontext()
    time_cost = 1
    memory_cost = 64
    parallelism = 1
