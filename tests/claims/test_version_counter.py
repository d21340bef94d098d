"""A counter costs nothing and ends everything at once."""

import pytest

from accounts.claims import Kind, version_counter
from accounts.claims.version_counter import VersionCounter
from accounts.strategies.jwt_version import JwtVersion
from tests.claims.case import Case, play


def nobody_raises_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(JwtVersion, "revoke_all", lambda *_: None)


def it_knows_the_devices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(version_counter, "COUNTER", "jwt-blacklist-joined")


CASES = [
    Case("as it is", Kind.HOLDS),
    Case("nobody raises it", Kind.FAILS, nobody_raises_it),
    Case("it knows the devices", Kind.DEPENDS, it_knows_the_devices),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_blacklist_leaves_the_other_device_alone() -> None:
    evidence, _ = play(VersionCounter)
    assert evidence["other-jwt-version"].median == 1
    assert evidence["other-jwt-blacklist-joined"].median == 0
    assert evidence["copy-log-out-jwt-user"].median == 1
