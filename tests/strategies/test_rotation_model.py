"""Refresh rotation with random times and losses, held against a model of its rules."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.lab.users import create_lab_user
from accounts.models import EndReason, Login
from accounts.strategies import Accepted, Credential, strategies
from accounts.tokens.codec import peek
from accounts.tokens.realm import lab_realm
from tests.processes import log_in

pytestmark = pytest.mark.django_db

GRACE = 10  # seconds
BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
FEWER = settings().max_examples // 6


class Model:
    """One login's refresh tokens by number: the live one, its parent, the spent and the dead."""

    def __init__(self) -> None:
        self.last = self.live = 0
        self.parent: int | None = None
        self.seen = True  # a token of the live pair has reached the server
        self.spent: list[tuple[int, int]] = []
        self.dead: set[int] = set()
        self.ended = False

    def refresh(self, token: int, now: int) -> int | None:
        """The token that is handed out; None if the login has ended."""
        in_grace = [one for one, at in self.spent if now - at < GRACE]
        asked_again = token == self.parent and not self.seen
        if self.ended or token in self.dead:
            self.ended = True
        elif token == self.live:
            return self._successor(token, now)
        elif token in in_grace:
            self.spent += [(token, now)] if asked_again else []
            return self.live
        elif asked_again:
            self.dead.add(self.live)
            return self._successor(token, now)
        self.ended = True
        return None

    def _successor(self, token: int, now: int) -> int:
        self.spent.append((token, now))
        self.last += 1
        self.live, self.parent, self.seen = self.last, token, False
        return self.live

    def use(self, pair: int) -> bool:
        """Whether the access token of a pair is accepted."""
        self.ended = self.ended or pair in self.dead
        self.seen = self.seen or pair == self.live
        return not self.ended


class Played:
    """A login of a strategy under a clock of its own, and every pair it was ever given."""

    def __init__(self, slug: str = "jwt-blacklist-joined") -> None:
        day = timedelta(days=30)
        realm = replace(
            lab_realm().with_grace(timedelta(seconds=GRACE)),
            access_lifetime=day,
            refresh_lifetime=day,
            login_lifetime=day,
        )
        self.strategy = strategies[slug](realm)
        self.now = 0
        with self.clock():
            self.login, pair = log_in(self.strategy, create_lab_user(uuid.uuid4()))
        self.pairs = [pair]

    def clock(self) -> time_machine.travel:
        return time_machine.travel(BEGIN + timedelta(seconds=self.now), tick=False)

    def refresh(self, number: int) -> int | None:
        """Spend the refresh token of this number; the number of the one that came back."""
        with self.clock():
            renewed = self.strategy.renew(self.pairs[number].refresh or "")
        if not isinstance(renewed, Credential):
            return None
        known = [_jti(pair) for pair in self.pairs]
        if _jti(renewed) in known:
            return known.index(_jti(renewed))
        self.pairs.append(renewed)
        return len(known)

    def use(self, number: int) -> bool:
        """Whether the access token of this number is accepted."""
        with self.clock():
            return isinstance(self.strategy.check(self.pairs[number].value), Accepted)

    @property
    def row(self) -> Login:
        return Login.objects.get(pk=self.login.pk)

    @property
    def has_ended(self) -> bool:
        return self.row.end_reason == EndReason.REPLAYED


def _jti(pair: Credential) -> str:
    return str(peek(pair.refresh or "")[1]["jti"])


@contextmanager
def rolled_back() -> Iterator[None]:
    """Hypothesis plays many examples in the transaction of one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


WAIT = st.sampled_from([0, 1, 4, GRACE - 1, GRACE, GRACE + 1, 60, 3600])
PICK = st.integers(0, 30)


class Rotation(RuleBasedStateMachine):
    """Anybody sends any token that was ever handed out, at any time."""

    slug = "jwt-blacklist-joined"

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.played, self.model = Played(self.slug), Model()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def pick(self, back: int) -> int:
        """A number, counted from the newest: most of the time it is one of the last ones."""
        newest = len(self.played.pairs) - 1
        return max(newest - back // 6, 0)

    @rule(wait=WAIT)
    def time_passes(self, wait: int) -> None:
        self.played.now += wait

    @rule(back=PICK, wait=WAIT)
    def somebody_refreshes(self, back: int, wait: int) -> None:
        self.played.now += wait
        token = self.pick(back)
        assert self.played.refresh(token) == self.model.refresh(token, self.played.now)

    @rule(back=PICK)
    def somebody_sends_a_request(self, back: int) -> None:
        pair = self.pick(back)
        assert self.played.use(pair) == self.model.use(pair)

    @invariant()
    def one_token_is_live(self) -> None:
        row = self.played.row
        assert row.refresh_jti is not None
        assert row.refresh_jti.hex == _jti(self.played.pairs[self.model.live])
        assert bool(row.end_reason) == self.model.ended


class RotationWithoutLookUp(Rotation):
    """The same where nobody looks access tokens up: requests tell the server nothing."""

    slug = "jwt-rotating"

    @rule(back=PICK)
    def somebody_sends_a_request(self, back: int) -> None:
        assert self.played.use(self.pick(back))


@pytest.mark.parametrize("machine", [Rotation, RotationWithoutLookUp])
def test_every_order_of_play_is_decided_by_the_rules(machine: type[Rotation]) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=FEWER, stateful_step_count=20)
    )


TURNS = st.lists(
    st.tuples(
        st.lists(WAIT, max_size=3),  # the answers that get lost, and how long it waits then
        st.booleans(),  # whether it sends a request with its new pair at once
        st.integers(0, GRACE - 1),  # how much later a second request spends the same token
        st.booleans(),  # whether it sends a request with its new pair then
        WAIT,
    ),
    max_size=6,
)


@given(turns=TURNS, slug=st.sampled_from(["jwt-blacklist-joined", "jwt-rotating"]))
@settings(max_examples=FEWER)
def test_no_honest_client_that_keeps_its_newest_token_is_thrown_out(
    turns: list[tuple[list[int], bool, int, bool, int]], slug: str
) -> None:
    with rolled_back():
        played, own = Played(slug), 0
        for losses, hurries, parallel, uses, wait in turns:
            for patience in losses:
                assert played.refresh(own) is not None
                played.now += patience
            newest = played.refresh(own)
            assert newest is not None
            assert not hurries or played.use(newest)
            played.now += parallel
            assert played.refresh(own) == newest
            own = newest
            assert not uses or played.use(own)
            played.now += wait
        assert played.use(own)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["owner", "thief"]),
        st.sampled_from(["refresh", "use"]),
        st.integers(0, 2),  # how often it asks for the same again, each time within the grace
    ),
    min_size=3,
    max_size=12,
)


@given(acts=ACTS)
@settings(max_examples=FEWER)
def test_a_thief_outside_the_grace_is_noticed_at_the_second_use_by_either(
    acts: list[tuple[str, str, int]],
) -> None:
    """Both begin with the same pair and keep what they get.

    Once both have refreshed, the next act of the one who did so first ends the login at the latest.
    """
    with rolled_back():
        played, held, order = Played(), {"owner": 0, "thief": 0}, list[str]()
        for who, act, repeats in acts:
            played.now += GRACE + 1
            noticed_by_now = len(order) == 2 and who == order[0]
            if act == "use":
                played.use(held[who])
            else:
                shown = held[who]
                for _ in range(1 + repeats):
                    held[who] = played.refresh(shown) or held[who]
                    played.now += GRACE - 1
                order += [who] if who not in order else []
            assert played.has_ended or not noticed_by_now
