"""A JWT in a cookie without a CSRF check: whoever makes the browser ask is obeyed."""

from django.test import Client

from accounts.lab.users import LabUser
from accounts.strategies import strategies
from tests.clients import LabDevice
from tests.strategies.conftest import TablesAsked


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-cookie-no-csrf") == [{"accounts_user"}]


def test_what_another_site_asks_for_is_done_here_and_refused_with_the_check(
    lab_user: LabUser,
) -> None:
    for slug, status in (("jwt-cookie", 403), ("jwt-cookie-no-csrf", 200)):
        lured = LabDevice(strategies[slug], Client(enforce_csrf_checks=True))
        lured.client.cookies = LabDevice(strategies[slug]).logged_in(lab_user).client.cookies
        headers = {"Origin": "https://evil.example"}
        answer = lured.client.generic("POST", lured.url("password"), headers=headers)
        assert answer.status_code == status
