"""A user of a server elsewhere with two devices, a thief, and the hooks that staff has."""

import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime

from accounts.audit.device import Account, NetworkDevice, Server
from accounts.audit.limits import CannotTell, Stuck
from accounts.audit.profile import Hook, Request
from accounts.lab.stage import CannotHappen, Stage
from accounts.lab.transcript import Transcript

_HOOK_TIMEOUT = 60  # seconds
_BACK_WITHIN = 20.0  # seconds, after a key was replaced
_ROUNDED = 1.0  # seconds by which an end may lie later than it was told


class NetworkStage(Stage):
    """Devices A and B and the thief, each with a connection of its own."""

    def __init__(
        self, account: Account, server: Server, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.transcript = Transcript()
        self.account = account
        self._server = server
        self._hooks = server.profile.hooks
        self._pause = pause
        self._began = time.time()
        self._a, self._b, self._thief = (
            NetworkDevice(who, account, server, self.transcript) for who in ("A", "B", "thief")
        )
        self._role: str | None = None

    @property
    def a(self) -> NetworkDevice:
        return self._a

    @property
    def b(self) -> NetworkDevice:
        return self._b

    @property
    def thief(self) -> NetworkDevice:
        return self._thief

    def steal(self) -> None:
        self._thief.steal_from(self._a)

    @property
    def role(self) -> str | None:
        """As the last log-in was served it: nobody but the server knows it."""
        return self._role

    def wait_until(self, moment: float) -> None:
        while (left := moment - time.time()) > 0:
            self._pause(left)

    @property
    def is_endless(self) -> bool:
        """Whether a credential lives until something ends it."""
        return self._server.profile.credential.lives == "never"

    def let_time_run_out(self) -> None:
        if self.is_endless:
            raise CannotHappen("it has no end")
        ends = [end for device in (self._a, self._b) for end in device.ends]
        if not ends:
            raise CannotHappen("neither the credential nor credential.lives says when it ends")
        # A server may count from the last request on, and keep whole seconds.
        moment = max(ends) + (time.time() - self._began) + _ROUNDED
        if (left := moment - time.time()) > self._server.wait:
            end = f"{datetime.fromtimestamp(max(ends), UTC):%Y-%m-%d %H:%M} UTC"
            wait = f"{self._server.wait:g} s"
            raise CannotHappen(f"cannot tell within {wait} (--wait), it lives until {end}")
        at_ms = self.transcript.at_ms()
        self.wait_until(moment)
        self.transcript.record_change(f"{left:.1f} s pass", {}, at_ms)

    def let_grace_pass(self) -> None:
        if refresh := self._server.profile.refresh:
            self._pause(refresh.grace)

    def disable_account(self) -> None:
        self._run("disable_account", "Staff disables the account")

    def take_role_away(self) -> None:
        self._role = self._role_now()
        before = self._role
        self._run("take_role_away", "Staff takes the role away")
        self._role = self._role_now()
        if self._role == before:
            raise CannotTell(f"hooks.take_role_away: a new log-in still has the role {before}")

    def rotate_keys(self, *, overlap: bool) -> None:
        key = "rotate_key_overlap" if overlap else "rotate_key"
        kept = "keeps" if overlap else "forgets"
        self._run(key, f"The server takes a new key and {kept} the old")
        self._must_be_back()

    def close(self) -> None:
        """Forget what the devices hold."""
        for device in (self._a, self._b, self._thief):
            device.close()

    def _role_now(self) -> str | None:
        device = NetworkDevice("B", self.account, self._server, Transcript())
        device.log_in()
        role = device.me("", record=False).role
        device.close()
        return role

    def _run(self, key: str, title: str) -> None:
        at_ms = self.transcript.at_ms()
        if own := self._server.staff.get(key):
            own(self.account.username)
            self.transcript.record_change(title, {}, at_ms)
            return
        hook: Hook | None = getattr(self._hooks, key)
        if hook is None:
            raise CannotHappen(f"The profile has no hooks.{key}")
        if isinstance(hook, Request):
            NetworkDevice("staff", self.account, self._server, self.transcript).staff(hook, title)
            return
        command = shlex.split(hook) if isinstance(hook, str) else hook
        run_command(key, [part.replace("{username}", self.account.username) for part in command])
        self.transcript.record_change(title, {}, at_ms)

    def _must_be_back(self) -> None:
        """Wait for a server that starts again."""
        ends = time.monotonic() + _BACK_WITHIN
        while True:
            try:
                NetworkDevice("B", self.account, self._server, Transcript()).me("", record=False)
            except Stuck:
                if time.monotonic() > ends:
                    raise
                self._pause(0.1)
            except CannotTell:
                return
            else:
                return


def run_command(key: str, command: list[str]) -> None:
    """Run a hook's command; what it prints is not kept, for it may hold anything.

    Raises:
        CannotTell: it fails.
    """
    try:
        done = subprocess.run(
            command,
            timeout=_HOOK_TIMEOUT,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise CannotTell(f"hooks.{key}: {command[0]}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise CannotTell(f"hooks.{key}: not done within {_HOOK_TIMEOUT} s") from None
    if done.returncode:
        raise CannotTell(f"hooks.{key}: it ended with status {done.returncode}")
