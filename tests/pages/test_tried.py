"""A finished pair has an address that shows it to somebody else."""

import uuid

import pytest
from django.test import Client

from accounts.lab.runs import run_keep
from accounts.lab.scenario import run_scenario
from accounts.models import Run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database("sqlite", "postgres"),
]


def kept(strategy: str, event: str = "log-out") -> Run:
    return run_keep(run_scenario(strategy, event), visitor=uuid.uuid4(), batch=uuid.uuid4())


def test_somebody_else_sees_who_stopped_the_thief_when_and_where(client: Client) -> None:
    left, right = kept("session-db"), kept("jwt-user")
    page = client.get(f"/tried/{left.pk}/{right.pk}/").content.decode()
    assert page.index("Thief stopped") < page.index("Thief got in")
    assert f"{left.created:%Y-%m-%d %H:%M} UTC" in page
    assert left.database in page
    assert left.get_absolute_url() in page
    assert "?left=session-db&amp;right=jwt-user" in page


def test_what_is_no_log_out_or_was_pruned_is_not_found(client: Client) -> None:
    there, other = kept("session-db"), kept("session-db", "password-change")
    assert client.get(f"/tried/{there.pk}/{other.pk}/").status_code == 404
    assert client.get(f"/tried/{there.pk}/{uuid.uuid4()}/").status_code == 404
