"""simplejwt's CHECK_REVOKE_TOKEN, for one realm."""

from typing import Any, cast

import pytest
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt import authentication, tokens
from rest_framework_simplejwt.settings import DEFAULTS, IMPORT_STRINGS, APISettings

from accounts.lab.users import LabUser
from accounts.strategies import Credential
from accounts.tokens.codec import peek
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_a_new_password_ends_the_token(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-password")
    login, credential = log_in(strategy, lab_user)
    login.user.set_password("a new one")
    login.user.save()
    assert code(strategy.check(credential.value)) == "password_changed"


def test_a_refresh_token_from_before_gives_a_token_that_is_refused(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("jwt-password")
    login, credential = log_in(strategy, lab_user)
    login.user.set_password("a new one")
    login.user.save()
    renewed = strategy.renew(credential.refresh or "")
    assert isinstance(renewed, Credential)
    assert not is_accepted(strategy, renewed)


def test_it_is_what_simplejwt_does_with_the_switch_on(
    process: Process, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    on: Any = {"CHECK_REVOKE_TOKEN": True}
    switched = APISettings(on, cast(Any, DEFAULTS), IMPORT_STRINGS)
    monkeypatch.setattr(authentication, "api_settings", switched)
    monkeypatch.setattr(tokens, "api_settings", switched)
    login, credential = log_in(process("jwt-password"), lab_user)
    claims = peek(credential.value)[1]
    theirs = tokens.RefreshToken.for_user(login.user).access_token
    assert claims["hash_password"] == theirs["hash_password"]
    assert authentication.JWTAuthentication().get_user(theirs) == login.user
    login.user.set_password("a new one")
    login.user.save()
    with pytest.raises(AuthenticationFailed) as refused:
        authentication.JWTAuthentication().get_user(theirs)
    verdict = process("jwt-password").check(credential.value)
    assert code(verdict) == str(refused.value.detail["code"])  # type: ignore[index,call-overload]


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-password") == [{"accounts_user"}]
