"""What the script of a scenario and the events need: a stage with two devices and a thief.

There are two: the lab plays in this process (``environment``), an audit over the network.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from accounts.models import User


class CannotHappen(Exception):
    """This stage has nobody who could do it; the text says why."""


class Reply(Protocol):
    """What came back to a device, as far as the script asks."""

    @property
    def accepted(self) -> bool:
        """Whether the server did what it was asked."""

    @property
    def role(self) -> str | None:
        """The role that was served, where one was."""

    @property
    def reason(self) -> str:
        """Why it was refused, in words."""

    @property
    def sql(self) -> int:
        """SQL queries that the server says it took; 0 where it does not say."""

    @property
    def credential_bytes(self) -> int:
        """Bytes of the credential that was sent; 0 where none was."""


class Device(ABC):
    """A device of the user, or the thief: sends requests and keeps what it is given."""

    #: the refresh token that it holds; empty without one
    refresh_token: str

    @property
    @abstractmethod
    def has_credential(self) -> bool:
        """Whether it still holds what it was given when it logged in."""

    @property
    @abstractmethod
    def access_ends(self) -> float | None:
        """When the credential expires, in epoch seconds; None where it does not say."""

    @property
    @abstractmethod
    def refresh_ends(self) -> float | None:
        """The same for the refresh token."""

    @abstractmethod
    def log_in(self) -> Reply:
        """Log in with the user's password."""

    @abstractmethod
    def me(self, title: str, *, record: bool = True) -> Reply:
        """Ask who one is."""

    @abstractmethod
    def refresh(self, title: str) -> Reply:
        """Spend the refresh token, and keep what comes back."""

    @abstractmethod
    def log_out(self) -> Reply:
        """Log out this device."""

    @abstractmethod
    def log_out_everywhere(self) -> Reply:
        """Log out all devices of the user."""

    @abstractmethod
    def change_password(self) -> Reply:
        """Change the user's password; this device stays logged in."""


class Stage(ABC):
    """A user with two devices, a thief, and what may happen to them.

    What only somebody at the server can do is optional: it raises ``CannotHappen``.
    """

    @property
    @abstractmethod
    def a(self) -> Device:
        """The device whose credential is copied."""

    @property
    @abstractmethod
    def b(self) -> Device:
        """The user's other device."""

    @property
    @abstractmethod
    def thief(self) -> Device:
        """Who holds the copy."""

    @abstractmethod
    def steal(self) -> None:
        """Let the thief copy all that device A holds."""

    @property
    def copies_are_useless(self) -> bool:
        """Whether what device A holds counts only with a key that nobody can copy."""
        return False

    @property
    @abstractmethod
    def role(self) -> str | None:
        """The user's role as the server has it now; None where there are no roles."""

    @property
    def first_end(self) -> float | None:
        """When the first of the user's logins expires, in epoch seconds; None: nobody knows."""
        return None

    @property
    def last_end(self) -> float | None:
        """When the last of them expires."""
        return None

    @abstractmethod
    def wait_until(self, moment: float) -> None:
        """Let time pass until a moment, in epoch seconds."""

    def let_time_run_out(self) -> None:
        """Let time pass until all that the user's devices hold is over."""
        self.wait_until(self.last_end or 0.0)

    def let_grace_pass(self) -> None:
        """Let the time pass within which requests in parallel may spend one refresh token."""

    def change_user(self, title: str, change: Callable[[User], None]) -> None:
        """Let staff change the user's row, as in the admin."""
        raise CannotHappen("Nobody here can change a user's row")

    def disable_account(self) -> None:
        """Let staff disable the account."""
        raise CannotHappen("Nobody here can disable the account")

    def take_role_away(self) -> None:
        """Let staff make an editor a mere member."""
        raise CannotHappen("Nobody here can take a role away")

    def note(self, words: str) -> None:
        """Write down what came to pass without a request."""

    def lure(self, title: str) -> Reply:
        """Let a page of another site make device A's browser ask for a new password."""
        raise CannotHappen("Nobody here opens another site's page")

    #: of the users that the thief tried to be with what leaked; None where nothing leaked
    taken: int | None = None

    def leak(self) -> None:
        """Let the thief have what the server verifies with, and try to be each of many users."""
        raise CannotHappen("Nobody here can read the server's secret")

    def let_it_spread(self) -> None:
        """Let the time pass after which all server processes know of a log-out."""

    def stop_store(self) -> None:
        """Let the store that is asked for each request answer no more, until ``start_store``."""
        raise CannotHappen("Nobody here can stop the server's store")

    def start_store(self) -> None:
        """Let it answer again: a database with what it held, a cache with nothing."""
        raise CannotHappen("Nobody here can start the server's store")

    def rotate_keys(self, *, overlap: bool) -> None:
        """Let the server go on under a new secret; with ``overlap`` it accepts the old one, too."""
        raise CannotHappen("Nobody here can replace the server's secret")
