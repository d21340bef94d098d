"""What the contract promises, each strategy keeps; where one does not, the failure says so."""

import base64
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.lab.events import events
from accounts.lab.users import LabUser, create_lab_user
from accounts.models import Login
from accounts.strategies import Accepted, Credential, Refused, Strategy, strategies
from accounts.strategies._base import CONTRACT
from tests.processes import Process, log_in, with_key

GARBAGE = ["", " ", "x", "a.b.c", "\x00" * 32, "ü" * 40, "\ud800" * 20, "." * 5000, "Bearer x"]
ASPECTS = ("title", "subtitle", "checks", "family")


def breach(strategy: Strategy, did: str, wants: str, look: str) -> str:
    """A failure in words: what the strategy did, what the contract wants, where it says so."""
    where = f"Strategy.{look} in accounts/strategies/_base.py"
    return f"{strategy.slug}: {did}. The contract wants: {wants}. See {where}"


def said(verdict: object) -> str:
    """A verdict in words."""
    if isinstance(verdict, Refused):
        return f"Refused at {verdict.step!r} ({verdict.code}: {verdict.reason})"
    return "Accepted" if isinstance(verdict, Accepted) else repr(verdict)


def must_accept(strategy: Strategy, credential: Credential, what: str) -> Accepted:
    """The verdict on a credential that holds."""
    with with_key(strategy, credential.value):
        verdict = strategy.check(credential.value)
    did = f"check() of {what} answered {said(verdict)}"
    assert isinstance(verdict, Accepted), breach(strategy, did, "Accepted", "check")
    return verdict


def must_refuse(strategy: Strategy, verdict: object, what: str, look: str = "check") -> Refused:
    """The verdict on a credential that does not hold."""
    did = f"{look}() of {what} answered {said(verdict)}"
    assert isinstance(verdict, Refused), breach(strategy, did, "Refused, never an error", look)
    return verdict


@pytest.fixture(params=[strategy.slug for strategy in strategies.all()])
def strategy(request: pytest.FixtureRequest, process: Process) -> Strategy:
    """Each strategy, with the cache that it needs."""
    if strategies[request.param].needs_cache:
        request.getfixturevalue("shared_cache")
    return process(request.param)


def test_who_logs_in_is_let_in(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    verdict = must_accept(strategy, credential, "what issue() had just given out")
    for name, served, meant in (
        ("user.username", verdict.user.username, lab_user.user.username),
        ("role", verdict.role, lab_user.user.role),
        ("login_id", verdict.login_id, login.pk),
    ):
        did = f"check() accepted with the {name} {served}"
        assert served == meant, breach(strategy, did, f"that of the login, {meant}", "check")


@pytest.mark.django_db
def test_garbage_is_refused_with_a_reason(strategy: Strategy) -> None:
    for garbage in GARBAGE:
        verdict = must_refuse(strategy, strategy.check(garbage), f"{garbage[:40]!r}")
        did = f"check() of {garbage[:40]!r} answered {said(verdict)}"
        is_full = verdict.step and verdict.code and verdict.reason
        assert is_full, breach(strategy, did, "a step, a code and a reason", "check")


@pytest.mark.django_db
@settings(max_examples=settings().max_examples // 4)  # there are many strategies
@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_comes_is_refused_and_never_an_error(strategy: Strategy, credential: str) -> None:
    must_refuse(strategy, strategy.check(credential), f"{credential!r}")
    must_refuse(strategy, strategy.renew(credential), f"{credential!r}", "renew")


def test_a_changed_credential_is_refused(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    for position in (0, len(credential.value) // 2):
        other = "A" if credential.value[position] != "A" else "B"
        changed = credential.value[:position] + other + credential.value[position + 1 :]
        must_refuse(strategy, strategy.check(changed), f"a credential changed at {position}")


def test_two_logins_get_two_credentials(strategy: Strategy, lab_user: LabUser) -> None:
    first, second = (log_in(strategy, lab_user)[1].value for _ in range(2))
    did = "issue() gave two logins the same credential"
    assert first != second, breach(strategy, did, "one for each, or ending one ends both", "issue")


def test_a_credential_of_another_realm_is_refused(
    strategy: Strategy, process: Process, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    stranger = process(strategy.slug, strategy.realm.rotated(overlap=False))
    must_refuse(stranger, stranger.check(credential.value), "one of other keys (self.realm)")


def test_logging_out_twice_is_no_error(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    for _ in range(2):
        strategy.revoke(login, credential.value)
        strategy.revoke_all(login.user)


def test_nobody_else_is_logged_out(strategy: Strategy, lab_user: LabUser) -> None:
    _, alices = log_in(strategy, lab_user)
    login, mallorys = log_in(strategy, create_lab_user(uuid.uuid4()))
    strategy.revoke(login, mallorys.value)
    strategy.revoke_all(login.user)
    must_accept(strategy, alices, "Alice's credential after Mallory had logged out")


def test_a_refresh_token_is_given_where_it_is_promised(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    did = f"issue() gave {'a' if credential.refresh else 'no'} refresh token"
    wants = f"what `refreshes = {strategy.refreshes}` promises"
    assert bool(credential.refresh) == strategy.refreshes, breach(strategy, did, wants, "refreshes")


def test_a_refresh_token_is_no_access_token(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    if credential.refresh:
        must_refuse(strategy, strategy.check(credential.refresh), "a refresh token")
        must_refuse(strategy, strategy.renew(credential.value), "an access token", "renew")


def test_a_refresh_token_gives_an_access_token_of_the_same_login(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, credential = log_in(strategy, lab_user)
    with with_key(strategy):
        renewed = strategy.renew(credential.refresh or "")
    if not strategy.refreshes:
        must_refuse(strategy, renewed, "no refresh token", "renew")
        return
    did = f"renew() answered {said(renewed)}"
    assert isinstance(renewed, Credential), breach(strategy, did, "a Credential", "renew")
    verdict = must_accept(strategy, renewed, "what renew() gave out")
    did = "renew() gave a credential of another login"
    assert verdict.login_id == login.pk, breach(strategy, did, "one of the same login", "renew")


def test_what_a_credential_shows_of_itself_is_masked(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    shown = str(strategy.stored_rows(login, credential.value))
    assert credential.value not in repr(credential)
    for name, secret in (("the credential", credential.value), ("the login's id", login.pk.hex)):
        did = f"stored_rows() shows {name}"
        assert secret not in shown, breach(strategy, did, "secrets masked", "stored_rows")


def test_no_credential_is_in_the_database(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    row = Login.objects.values().get(pk=login.pk)
    did = "issue() wrote the credential into the login's row"
    wants = "a digest at most (self.realm.digest)"
    assert credential.value not in str(row), breach(strategy, did, wants, "issue")


def test_it_says_what_it_is(strategy: Strategy) -> None:
    did, wants = "its class has no docstring", "an explanation for the page"
    assert strategy.explanation(), breach(strategy, did, wants, "explanation")
    for name in ASPECTS:
        did = f"it has no {name}"
        assert getattr(strategy, name, ""), breach(strategy, did, "some words", name)


def test_it_declares_for_known_events_only(strategy: Strategy) -> None:
    unknown = set(strategy.expects) - {event.slug for event in events}
    did = f"`expects` names {sorted(unknown)}"
    assert not unknown, breach(strategy, did, "slugs of accounts/lab/events/", "expects")


def test_it_declares_only_what_differs_from_the_ideal(strategy: Strategy) -> None:
    for slug, expected in strategy.expects.items():
        usual = CONTRACT.get(slug, events[slug].ideal)
        did = f"`expects` says of {slug} what the event has as its ideal"
        wants = "what the strategy does otherwise"
        assert expected != usual, breach(strategy, did, wants, "expects")


# --- Each failure speaks --------------------------------------------------------------------------

NOBODY = Refused("load login", "login_missing", "No such login")


@pytest.fixture
def opaque(process: Process) -> Strategy:
    """A strategy that keeps the contract, for a test to break."""
    return process("opaque")


def test_a_strategy_that_lets_nobody_in_is_told_what_it_answered(
    opaque: Strategy, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opaque, "check", lambda _: NOBODY)
    with pytest.raises(AssertionError) as failure:
        test_who_logs_in_is_let_in(opaque, lab_user)
    assert str(failure.value).startswith(
        "opaque: check() of what issue() had just given out answered Refused at 'load login' "
        "(login_missing: No such login). The contract wants: Accepted. "
        "See Strategy.check in accounts/strategies/_base.py"
    )


def test_a_strategy_that_lets_everybody_in_is_told_whom(
    opaque: Strategy, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = Accepted(lab_user.user, lab_user.user.role)
    monkeypatch.setattr(opaque, "check", lambda _: everybody)
    with pytest.raises(AssertionError, match="a credential changed at 0 answered Accepted"):
        test_a_changed_credential_is_refused(opaque, lab_user)
    with pytest.raises(AssertionError, match="accepted with the login_id None"):
        test_who_logs_in_is_let_in(opaque, lab_user)


def test_a_strategy_that_gives_nothing_out_is_told_so(
    opaque: Strategy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opaque, "check", lambda _: None)
    with pytest.raises(AssertionError, match="of 'x' answered None"):
        must_refuse(opaque, opaque.check("x"), "'x'")


def test_a_strategy_that_declares_the_ideal_is_told_of_which_event(
    opaque: Strategy, monkeypatch: pytest.MonkeyPatch
) -> None:
    ideal = {"log-out": events["log-out"].ideal}
    monkeypatch.setattr(type(opaque), "expects", ideal)
    with pytest.raises(AssertionError, match="`expects` says of log-out what the event has as"):
        test_it_declares_only_what_differs_from_the_ideal(opaque)
    monkeypatch.setattr(type(opaque), "expects", {"doomsday": events["log-out"].ideal})
    with pytest.raises(AssertionError, match=r"`expects` names \['doomsday'\]"):
        test_it_declares_for_known_events_only(opaque)
