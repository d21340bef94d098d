"""Any order of what people do to logins, held against a model of ten lines.

After each step every credential ever handed out is tried: no dead one is accepted, no live one
refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.test.utils import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Login, User
from accounts.tokens.codec import peek
from tests.cast import PASSWORD
from tests.conftest import user_named
from tests.devices import CARRIERS, Carrier, Device, stolen

NAMES = ("alice", "bob")
THIEF = "curl/8.0"
MAX_DEVICES = 5  # that are in at once


@dataclass(eq=False)
class Known:
    """A device, and what it once held."""

    name: str
    device: Device
    accesses: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)


class Model:
    """Who is in: the whole of it."""

    def __init__(self) -> None:
        self.alive: set[Known] = set()
        self.disabled: set[str] = set()

    def log_in(self, known: Known) -> None:
        self.alive.add(known)

    def end(self, known: Known) -> None:
        self.alive.discard(known)

    def end_all(self, name: str, keep: Known | None = None) -> None:
        self.alive = {known for known in self.alive if known.name != name or known is keep}


PICK = st.integers(0, MAX_DEVICES - 1)


class Logins(RuleBasedStateMachine):
    """Two users and their devices, by cookie and by token, against the model."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.users = {name: user_named(name) for name in NAMES}
        self.passwords = dict.fromkeys(NAMES, PASSWORD)
        self.known: list[Known] = []
        self.copies: list[Device] = []  # of what a login held before its password was changed
        self.model = Model()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def alive(self, *, spent: bool = False) -> list[Known]:
        """Devices that are in, in the order of their log-ins; with a refresh token spent, if so."""
        found = [known for known in self.known if known in self.model.alive]
        return [known for known in found if known.spent] if spent else found

    def pick(self, pick: int, *, spent: bool = False) -> Known:
        found = self.alive(spent=spent)
        return found[pick % len(found)]

    @initialize()
    def both_are_in(self) -> None:
        for name in NAMES:
            self.log_in(name, "jwt", 1)

    somebody_is_in = precondition(lambda self: self.alive())
    somebody_has_refreshed = precondition(lambda self: self.alive(spent=True))

    @precondition(lambda self: len(self.alive()) < MAX_DEVICES)
    @rule(name=st.sampled_from(NAMES), carrier=st.sampled_from(CARRIERS), times=st.integers(0, 2))
    def log_in(self, name: str, carrier: Carrier, times: int) -> None:
        """Log in, and refresh so many times."""
        known = Known(name, Device(carrier))
        if name in self.model.disabled:
            with pytest.raises(AssertionError, match="no_active_account"):
                known.device.log_in(self.users[name], self.passwords[name])
            return
        known.device.log_in(self.users[name], self.passwords[name])
        self.known.append(known)
        self.model.log_in(known)
        for _ in range(times if carrier == "jwt" else 0):
            self.refresh(known)

    def refresh(self, known: Known) -> None:
        known.accesses.append(known.device.access)
        known.spent.append(known.device.refresh)
        assert known.device.renew().status_code == 200

    @somebody_has_refreshed
    @rule(pick=PICK)
    def refresh_again(self, pick: int) -> None:
        self.refresh(self.pick(pick, spent=True))

    @somebody_has_refreshed
    @rule(pick=PICK)
    def retry(self, pick: int) -> None:
        """Requests ran in parallel: the token that was spent last comes once more."""
        known = self.pick(pick, spent=True)
        held = known.device.refresh
        assert known.device.renew(known.spent[-1]).status_code == 200
        assert peek(known.device.refresh)[1]["jti"] == peek(held)[1]["jti"]

    @somebody_has_refreshed
    @rule(pick=PICK, which=PICK)
    def replay(self, pick: int, which: int) -> None:
        """After the grace, a thief sends a token that was spent before."""
        known = self.pick(pick, spent=True)
        thief = Device("jwt", THIEF, refresh=known.spent[which % len(known.spent)])
        with override_settings(REFRESH_GRACE=timedelta(0)):
            assert thief.renew().status_code == 401
        self.model.end(known)

    @somebody_is_in
    @rule(pick=PICK)
    def log_out(self, pick: int) -> None:
        known = self.pick(pick)
        if known.device.carrier == "jwt":
            body = {"refresh": known.device.refresh}
            known.device.send("POST", "/api/token/blacklist/", body)
        else:
            known.device.send("POST", "/api/session/logout/")
        self.model.end(known)

    @somebody_is_in
    @rule(asks=PICK, ends=PICK)
    def end_one(self, asks: int, ends: int) -> None:
        """End one of one's own; ending somebody else's is tried, too."""
        asking = self.pick(asks)
        mine = [known for known in self.alive() if known.name == asking.name]
        for others in [known for known in self.alive() if known not in mine][-1:]:
            assert self.ended(asking, others) == 404
        gone = mine[ends % len(mine)]
        assert self.ended(asking, gone) == 204
        self.model.end(gone)

    def ended(self, asking: Known, other: Known) -> int:
        path = f"/api/logins/{other.device.login.pk}/"
        return asking.device.send("DELETE", path).status_code

    @somebody_is_in
    @rule(pick=PICK)
    def log_out_everywhere(self, pick: int) -> None:
        known = self.pick(pick)
        assert known.device.send("POST", "/api/logout-everywhere/").status_code == 200
        self.model.end_all(known.name)

    @somebody_is_in
    @rule(pick=PICK, word=st.sampled_from(["barrels", "saddles", "anvils"]))
    def change_password(self, pick: int, word: str) -> None:
        known = self.pick(pick)
        copy = stolen(known.device)
        new = f"eight brown {word}"
        body = {"old_password": self.passwords[known.name], "new_password": new}
        answer = known.device.send("POST", "/api/password/", body)
        assert answer.status_code == 200
        if known.device.carrier == "jwt":
            known.device.keep(answer.json())
            known.accesses, known.spent = [], []
        self.copies.append(copy)
        self.passwords[known.name] = new
        self.model.end_all(known.name, keep=known)

    @rule(name=st.sampled_from(NAMES), disable=st.booleans())
    def staff_acts(self, name: str, disable: bool) -> None:  # noqa: FBT001  (hypothesis names it)
        """Staff disables the account, or sets another password."""
        user = User.objects.get(username=name)
        if disable:
            user.is_active = False
            self.model.disabled.add(name)
        else:
            user.set_password(PASSWORD)
            self.passwords[name] = PASSWORD
        user.save()
        self.model.end_all(name)

    @precondition(lambda self: self.model.disabled)
    @rule()
    def enable(self) -> None:
        for user in User.objects.filter(username__in=self.model.disabled):
            user.is_active = True
            user.save()
        self.model.disabled.clear()

    @invariant()
    def every_credential_is_worth_what_the_model_says(self) -> None:
        for known in self.known:
            device, is_alive = known.device, known in self.model.alive
            assert device.is_in() == is_alive
            for old in known.accesses[-1:]:
                assert Device("jwt", access=old).is_in() == is_alive
            if device.carrier == "jwt":
                verified = device.send("POST", "/api/token/verify/", {"token": device.refresh})
                assert (verified.status_code == 200) == is_alive
                assert is_alive or device.renew().status_code == 401
        assert not any(copy.is_in() for copy in self.copies[-1:])
        # What is dead and was seen to be dead once more need not be tried for ever.
        self.known = [*self.alive(), *self.dead()[-1:]]

    def dead(self) -> list[Known]:
        return [known for known in self.known if known not in self.model.alive]

    @invariant()
    def the_list_of_live_logins_is_the_models(self) -> None:
        for name, user in self.users.items():
            alive = [known for known in self.model.alive if known.name == name]
            assert Login.objects.live().filter(user=user).count() == len(alive)


@pytest.fixture
def long_grace() -> Iterator[None]:
    """Time enough between a refresh and its retry."""
    with override_settings(REFRESH_GRACE=timedelta(hours=1)):
        yield


@pytest.mark.usefixtures("long_grace")
@pytest.mark.django_db
def test_no_dead_credential_is_accepted_and_no_live_one_refused() -> None:
    run_state_machine_as_test(
        Logins,
        settings=settings(
            max_examples=settings().max_examples // 10,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
