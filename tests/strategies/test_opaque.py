"""A random bearer token when the server's secret is rotated."""

from accounts.lab.users import LabUser
from accounts.models import Login
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_the_row_has_a_digest_and_not_the_token(process: Process, lab_user: LabUser) -> None:
    strategy = process("opaque")
    login, credential = log_in(strategy, lab_user)
    digest = Login.objects.values_list("digest", flat=True).get(pk=login.pk)
    assert digest == strategy.realm.digest(credential.value)


def test_a_token_outlives_a_rotation_with_overlap_only(process: Process, lab_user: LabUser) -> None:
    strategy = process("opaque")
    _, credential = log_in(strategy, lab_user)
    assert is_accepted(process("opaque", strategy.realm.rotated(overlap=True)), credential)
    forgotten = process("opaque", strategy.realm.rotated(overlap=False))
    assert code(forgotten.check(credential.value)) == "token_unknown"


def test_a_new_token_takes_the_place_of_the_old_one(process: Process, lab_user: LabUser) -> None:
    strategy = process("opaque")
    login, before = log_in(strategy, lab_user)
    after = strategy.reissue(login, before.value)
    assert is_accepted(strategy, after)
    assert not is_accepted(strategy, before)


def test_a_request_costs_one_query(tables_asked: TablesAsked) -> None:
    assert tables_asked("opaque") == [{"accounts_login", "accounts_user"}]
