"""Whose devices are played: users made by sign-up, or named in the environment."""

import os
import sys
from dataclasses import dataclass
from getpass import getpass

from accounts.audit.device import Account, NetworkDevice, Server, fresh_account
from accounts.audit.masking import Masks
from accounts.audit.stage import NetworkStage
from accounts.lab.transcript import ScenarioError, Transcript

_NAMES = "AUDIT_USER, AUDIT_PASSWORD"
#: events after which an account is not what it was; they come last, for the second user if any
SPOILING = ("role-removed", "account-disabled")


class NoAccount(Exception):
    """Nobody to log in as; the text says which variables to set."""


def asked_for(name: str, masks: Masks) -> str:
    """A value of the environment, or typed at a prompt that does not show it.

    Raises:
        NoAccount: it is not set, and nobody is there to ask.
    """
    value = os.environ.get(name, "")
    if not value and sys.stdin.isatty():
        ask = input if "USER" in name else getpass
        value = ask(f"{name}: ")
    if not value:
        raise NoAccount(
            f"{name} is not set: the profile has no sign_up, so name a user in {_NAMES}"
        )
    if "PASSWORD" in name:
        masks.add(value)
    return value


@dataclass(slots=True)
class Accounts:
    """Gives an account for each event: a fresh one where the profile can sign up."""

    server: Server

    def account(self, event: str) -> Account:
        """The account for an event (its slug; empty: the log-in alone).

        Raises:
            NoAccount: nobody can sign up, and nobody was named.
        """
        masks, sign_up = self.server.masks, self.server.profile.sign_up
        if sign_up:
            return fresh_account(sign_up.username, masks)
        second = "_2" if event in SPOILING and "AUDIT_USER_2" in os.environ else ""
        name = asked_for(f"AUDIT_USER{second}", masks)
        password = asked_for(f"AUDIT_PASSWORD{second}", masks)
        new = asked_for("AUDIT_NEW_PASSWORD", masks) if event == "password-change" else ""
        return Account(name, name, password, new)

    def begin(self, stage: NetworkStage) -> None:
        """Let the account exist."""
        if self.server.profile.sign_up:
            device = NetworkDevice("A", stage.account, self.server, stage.transcript)
            device.sign_up()
            device.close()

    def end(self, stage: NetworkStage, password: str) -> None:
        """Give an account that is not ours the password back that it had.

        Raises:
            ScenarioError: it does not work.
        """
        account = stage.account
        if self.server.profile.sign_up or account.password == password:
            return
        device = NetworkDevice("B", account, self.server, Transcript())
        try:
            if device.log_in().accepted and device.change_password().accepted:
                return
        except ScenarioError:
            pass
        finally:
            device.close()
        raise ScenarioError(
            f"The password of {account.username} could not be set back:"
            " it is the one of AUDIT_NEW_PASSWORD now"
        )
