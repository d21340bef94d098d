"""simplejwt without a look-up."""

from accounts.lab.users import LabUser
from accounts.models import Role, User
from accounts.strategies import Accepted, Credential
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_not_even_a_deleted_user_is_noticed(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-stateless")
    _, credential = log_in(strategy, lab_user)
    lab_user.user.delete()
    assert is_accepted(strategy, credential)


def test_the_role_is_as_old_as_the_token_and_refreshing_copies_it(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("jwt-stateless")
    _, credential = log_in(strategy, lab_user)
    User.objects.update(role=Role.MEMBER)
    renewed = strategy.renew(credential.refresh or "")
    assert isinstance(renewed, Credential)
    for token in (credential.value, renewed.value):
        verdict = strategy.check(token)
        assert isinstance(verdict, Accepted)
        assert verdict.role == Role.EDITOR


def test_only_refreshing_notices_a_disabled_account(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-stateless")
    _, credential = log_in(strategy, lab_user)
    User.objects.update(is_active=False)
    assert is_accepted(strategy, credential)
    assert code(strategy.renew(credential.refresh or "")) == "user_inactive"


def test_a_request_costs_no_query(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-stateless") == []
