"""Password hashing, traced: it is the dearest step of a log-in."""

import os
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models.user import LAB_HASHER
from accounts.tracing.recorder import step

# A hash takes a core for some ten milliseconds and 100 MB. When a whole class logs in at once, the
# rest of the threads waits for its turn.
_AT_ONCE = BoundedSemaphore(os.cpu_count() or 1)


class SiteHasher(Argon2PasswordHasher):
    """Django's argon2id with its parameters; each use is a step of the trace.

    The step has one name: an unknown user's password is hashed where a known one's is verified, and
    the trace must not tell which.
    """

    algorithm = "argon2"

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _AT_ONCE, step("hash password", kind="hash", detail=self.algorithm):
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash."""
        with _AT_ONCE, step("hash password", kind="hash", detail=self.algorithm):
            return super().verify(password, encoded)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin shows of a password; Django's shows beginnings of the salt and hash."""
        return {"algorithm": self.algorithm}


class LabHasher(SiteHasher):
    """argon2id at its cheapest, for throwaway users only.

    Their passwords are 128 random bits made by the server: there is nothing to guess, and the lab
    makes hundreds of them.
    """

    algorithm = LAB_HASHER
    time_cost = 1
    memory_cost = 64
    parallelism = 1
