"""A token that counts only with a proof by the key that it names."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.lab.users import LabUser
from accounts.models import SeenProof
from accounts.strategies import Accepted, Refused, Strategy, strategies
from accounts.tokens.codec import peek
from accounts.tokens.possession import bringing, nonces
from accounts.tokens.proofs import FRESH, ProofKey
from accounts.tokens.realm import TokenRefused, lab_realm
from tests.clients import LabDevice
from tests.processes import KEY, Process, code, is_accepted, log_in, with_key
from tests.strategies.conftest import TablesAsked

SLUG = "jwt-dpop"
ME = f"http://testserver/api/lab/{SLUG}/me/"


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process(SLUG)


def judged(strategy: Strategy, token: str, text: str) -> Accepted | Refused:
    with bringing(text, method="GET", url=ME):
        return strategy.check(token)


def test_a_request_remembers_the_proof_and_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-dpop") == [{"accounts_seenproof"}, {"accounts_user"}]


def test_both_tokens_name_the_key(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    for token in (credential.value, credential.refresh or ""):
        assert peek(token)[1]["cnf"] == {"jkt": KEY.thumbprint}


def test_who_has_the_token_and_not_the_key_is_refused_at_once(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    assert code(strategy.check(credential.value)) == "invalid_dpop_proof"
    with with_key(strategy, credential.value, ProofKey()):
        assert code(strategy.check(credential.value)) == "invalid_token"
    with with_key(strategy, key=ProofKey()):
        assert code(strategy.renew(credential.refresh or "")) == "invalid_token"
    assert is_accepted(strategy, credential)


def test_a_copied_proof_counts_neither_again_nor_for_another_process(
    strategy: Strategy, process: Process, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    token, nonce = credential.value, nonces(strategy.realm)[0]
    proof = KEY.proof("GET", ME, token=token, nonce=nonce)
    assert isinstance(judged(strategy, token, proof), Accepted)
    for server in (strategy, process(SLUG)):
        refused = judged(server, token, proof)
        assert isinstance(refused, Refused)
        assert (refused.code, refused.reason) == ("invalid_dpop_proof", "The proof was used before")


def test_a_proof_that_was_signed_for_later_is_worth_nothing(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    old = nonces(strategy.realm)[0]
    with time_machine.travel(timedelta(seconds=2 * FRESH + 1)):
        proof = KEY.proof("GET", ME, token=credential.value, nonce=old)
        assert code(judged(strategy, credential.value, proof)) == "use_dpop_nonce"


def test_a_log_out_ends_nothing_for_who_has_the_key(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    strategy.revoke(login)
    strategy.revoke_all(login.user)
    assert is_accepted(strategy, credential)


def test_without_a_proof_nobody_logs_in(strategy: Strategy, lab_user: LabUser) -> None:
    login, _ = log_in(strategy, lab_user)
    with pytest.raises(TokenRefused):
        strategy.issue(login)
    body = {"username": lab_user.username, "password": lab_user.password}
    path = f"/api/lab/{SLUG}/login/"
    answer = Client().post(path, json.dumps(body), "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_dpop_proof")
    assert answer["DPoP-Nonce"] in nonces(lab_realm())


class TestOverHttp:
    def ask(self, device: LabDevice, **changes: str) -> Any:
        return device.client.get(device.url("me"), headers={**device.headers, **changes})

    @pytest.fixture
    def device(self, lab_user: LabUser) -> LabDevice:
        return LabDevice(strategies[SLUG]).logged_in(lab_user)

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"DPoP": ""}, "invalid_dpop_proof"),
            ({"DPoP": "a.b.c"}, "invalid_dpop_proof"),
            ({"DPoP": "\udcff"}, "invalid_dpop_proof"),
            ({"DPoP": ProofKey().proof("POST", ME)}, "invalid_dpop_proof"),
            ({"DPoP": ProofKey().proof("GET", f"{ME}x")}, "invalid_dpop_proof"),
        ],
        ids=range(5),
    )
    def test_a_refusal_names_the_error_and_gives_the_next_word(
        self, device: LabDevice, changes: dict[str, str], error: str
    ) -> None:
        answer = self.ask(device, **changes)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith(f'DPoP algs="ES256", error="{error}", error_d')
        assert answer["DPoP-Nonce"] in nonces(lab_realm())

    def test_without_the_servers_word_it_is_told_which_one_to_repeat(
        self, device: LabDevice
    ) -> None:
        proof = device.key.proof("GET", ME, token=device.access)
        answer = self.ask(device, DPoP=proof)
        assert 'error="use_dpop_nonce"' in answer["WWW-Authenticate"]
        word = answer["DPoP-Nonce"]
        good = device.key.proof("GET", ME, token=device.access, nonce=word)
        assert self.ask(device, DPoP=good).status_code == 200

    def test_a_bound_token_is_no_bearer_token(self, device: LabDevice) -> None:
        answer = self.ask(device, Authorization=f"Bearer {device.access}")
        assert (answer.status_code, answer.json()["code"]) == (401, "unsupported_scheme")

    def test_a_new_password_gives_tokens_for_the_same_key(self, device: LabDevice) -> None:
        answer = device._post("password")
        assert answer["status"] == 200
        assert peek(answer["access"])[1]["cnf"] == {"jkt": device.key.thumbprint}

    def test_the_trace_counts_two_signatures_and_the_bytes_of_both(
        self, device: LabDevice, settings: Any
    ) -> None:
        settings.TRACING = True
        headers = device.headers
        trace = device.client.get(device.url("me"), headers=headers).json()["trace"]
        assert trace["tally"]["signatures"] == 2
        assert trace["credential"]["bytes"] == len(f"{device.access} {headers['DPoP']}")

    def test_a_request_leaves_one_row(self, device: LabDevice) -> None:
        SeenProof.objects.all().delete()
        device.me()
        assert SeenProof.objects.count() == 1
