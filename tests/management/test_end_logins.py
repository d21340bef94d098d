"""After a backup was restored, what it brought back to life is ended by one command."""

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts.models import EndReason, Login, User
from tests.devices import CARRIERS, Carrier, Device


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_login_and_token_of_everybody_ends(
    alice: User, bob: User, carrier: Carrier, capsys: pytest.CaptureFixture[str]
) -> None:
    devices = [Device(carrier).log_in(user) for user in (alice, bob)]
    call_command("end_logins")
    assert capsys.readouterr().out == "2 logins of 2 users ended.\n"
    assert not any(device.is_in() for device in devices)
    assert set(Login.objects.values_list("end_reason", flat=True)) == {EndReason.STAFF}
    assert Device(carrier).log_in(User.objects.get(pk=alice.pk)).is_in()


def test_so_does_what_was_handed_out_after_the_backup(alice: User) -> None:
    User.objects.update(token_version=F("token_version") + 5)
    device = Device("jwt").log_in(User.objects.get(pk=alice.pk))
    # The backup knows neither the login nor that the counter has gone up.
    Login.objects.all().delete()
    User.objects.update(token_version=0)
    call_command("end_logins")
    assert not device.is_in()
