"""A counter on the user's row."""

from accounts.lab.users import LabUser
from accounts.models import User
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_logging_out_one_device_logs_out_the_other_one(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-version")
    phone, phones = log_in(strategy, lab_user)
    _, laptops = log_in(strategy, lab_user)
    strategy.revoke(phone, phones.value)
    assert code(strategy.check(phones.value)) == "version_outdated"
    assert code(strategy.check(laptops.value)) == "version_outdated"
    assert code(strategy.renew(laptops.refresh or "")) == "version_outdated"


def test_who_logs_in_again_is_let_in(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-version")
    login, credential = log_in(strategy, lab_user)
    strategy.revoke(login, credential.value)
    assert is_accepted(strategy, log_in(strategy, lab_user)[1])


def test_an_account_that_was_disabled_and_enabled_again_has_new_versions(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("jwt-version")
    _, credential = log_in(strategy, lab_user)
    user = User.objects.get(pk=lab_user.user.pk)
    user.is_active = False
    user.save()
    assert code(strategy.check(credential.value)) == "user_inactive"
    user.is_active = True
    user.save()
    assert code(strategy.check(credential.value)) == "version_outdated"


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-version") == [{"accounts_user"}]
