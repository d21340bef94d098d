"""The site's own bearer tokens: the signature, then one query for everything else."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.models import BlacklistedToken, EndReason, Login, User, blacklist_login
from accounts.strategies import Accepted, Credential, Strategy
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked
from tests.tokens.forge import claims_of, forged


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process("jwt-blacklist-joined")


def test_one_query_asks_for_the_user_the_login_and_the_blacklist(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, credential = log_in(strategy, lab_user)
    strategy.check(credential.value)
    with CaptureQueriesContext(connection) as queries:
        verdict = strategy.check(credential.value)
    assert len(queries) == 1
    assert isinstance(verdict, Accepted)
    assert (verdict.login_id, verdict.user) == (login.pk, lab_user.user)


def test_what_no_request_reads_of_a_user_is_read_when_somebody_asks(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.user.get_deferred_fields() == {"date_joined", "last_login"}
    assert verdict.user.date_joined == lab_user.user.date_joined


def test_a_forged_token_costs_no_query(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    changed = credential.value[:-3] + ("AAA" if credential.value[-3:] != "AAA" else "BBB")
    with CaptureQueriesContext(connection) as queries:
        strategy.check(changed)
    assert len(queries) == 0


def test_logging_out_refuses_the_older_access_tokens_and_the_refresh_token_too(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, first = log_in(strategy, lab_user)
    second = strategy.renew(first.refresh or "")
    assert isinstance(second, Credential)
    strategy.revoke(login)
    for credential in (first, second):
        assert code(strategy.check(credential.value)) == "token_blacklisted"
    assert code(strategy.renew(second.refresh or "")) == "token_blacklisted"


def test_the_reason_is_told(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    blacklist_login(login, reason=EndReason.STAFF)
    assert "ended by staff" in str(strategy.check(credential.value))


def test_one_token_can_be_blacklisted_by_its_own_id(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    claims = claims_of(strategy.realm, sid=login.pk.hex, user_id=str(lab_user.user.pk))
    single = forged(strategy.realm, payload=claims)
    assert isinstance(strategy.check(single), Accepted)
    blacklist_login(
        Login(pk=uuid.UUID(claims["jti"]), user=lab_user.user, expires=login.expires),
        reason=EndReason.LOGGED_OUT,
    )
    assert code(strategy.check(single)) == "token_blacklisted"
    assert is_accepted(strategy, first)


def test_logging_out_everywhere_needs_no_row_on_the_blacklist(
    strategy: Strategy, lab_user: LabUser
) -> None:
    credentials = [log_in(strategy, lab_user)[1] for _ in range(3)]
    strategy.revoke_all(lab_user.user)
    assert not BlacklistedToken.objects.exists()
    assert [code(strategy.check(one.value)) for one in credentials] == ["login_outdated"] * 3


def test_the_end_of_the_login_ends_the_token_too(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    Login.objects.filter(pk=login.pk).end(EndReason.ELSEWHERE)
    assert code(strategy.check(credential.value)) == "token_blacklisted"
    BlacklistedToken.objects.all().delete()
    Login.objects.filter(pk=login.pk).delete()
    assert code(strategy.check(credential.value)) == "login_missing"


def test_the_login_of_somebody_else_does_not_do(strategy: Strategy, lab_user: LabUser) -> None:
    login, _ = log_in(strategy, lab_user)
    mallory = User.objects.create_user("mallory")
    claims = claims_of(strategy.realm, sid=login.pk.hex, user_id=str(mallory.pk))
    token = forged(strategy.realm, payload=claims)
    assert code(strategy.check(token)) == "login_missing"


def test_a_disabled_account_and_a_new_role_are_noticed_at_once(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    User.objects.filter(pk=lab_user.user.pk).update(role="member")
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.role == "member"
    User.objects.filter(pk=lab_user.user.pk).update(is_active=False)
    assert code(strategy.check(credential.value)) == "user_inactive"


def test_a_request_costs_one_query(tables_asked: TablesAsked) -> None:
    tables = {"accounts_user", "accounts_login", "accounts_blacklistedtoken"}
    assert tables_asked("jwt-blacklist-joined") == [tables]
