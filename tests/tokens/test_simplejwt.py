"""simplejwt as it comes, bound to a realm: its settings are never touched."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Login, User, login_begin
from accounts.tokens.codec import decode
from accounts.tokens.realm import TokenRefused, lab_realm, site_realm
from accounts.tokens.simplejwt import Simplejwt
from tests.tokens.forge import claims_of, forged, header_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def simplejwt() -> Simplejwt:
    return Simplejwt(lab_realm())


@pytest.fixture
def login(alice: User) -> Login:
    return login_begin(alice, strategy="jwt-user", lifetime=timedelta(hours=1))


def test_it_knows_its_own_tokens_again(simplejwt: Simplejwt, login: Login, alice: User) -> None:
    access, refresh = simplejwt.pair(alice, login.id, {"role": "member"})
    token = simplejwt.verify(access)
    assert token["sid"] == login.id.hex
    assert token["role"] == "member"
    assert simplejwt.user_of(token) == alice
    assert simplejwt.verify_refresh(refresh)["sid"] == login.id.hex


def test_the_site_does_not_know_them(simplejwt: Simplejwt, login: Login, alice: User) -> None:
    access, _ = simplejwt.pair(alice, login.id, {})
    with pytest.raises(TokenRefused):
        decode(site_realm(), access)
    with pytest.raises(TokenRefused):
        Simplejwt(site_realm()).verify(access)


def test_its_global_settings_stay_as_they_come(simplejwt: Simplejwt, alice: User) -> None:
    assert api_settings.AUDIENCE is None
    assert api_settings.ISSUER is None
    with pytest.raises(TokenRefused):
        simplejwt.verify(str(AccessToken.for_user(alice)))


def test_an_expired_token_is_refused_at_once(
    simplejwt: Simplejwt, login: Login, alice: User
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        access, _ = simplejwt.pair(alice, login.id, {})
        clock.shift(simplejwt.realm.access_lifetime + timedelta(seconds=1))
        with pytest.raises(TokenRefused) as caught:
            simplejwt.verify(access)
    assert caught.value.code == "expired"


def test_the_types_are_not_mixed_up(simplejwt: Simplejwt, login: Login, alice: User) -> None:
    access, refresh = simplejwt.pair(alice, login.id, {})
    for verify, token in ((simplejwt.verify, refresh), (simplejwt.verify_refresh, access)):
        with pytest.raises(TokenRefused, match="wrong type"):
            verify(token)


def test_no_signature_is_refused(simplejwt: Simplejwt) -> None:
    token = forged(simplejwt.realm, header=header_of(simplejwt.realm, alg="none"))
    for spelling in (token, token.rpartition(".")[0] + "."):
        with pytest.raises(TokenRefused):
            simplejwt.verify(spelling)


@pytest.mark.parametrize("user_id", ["0", "-1", "9" * 30, None])
def test_a_user_who_cannot_be_is_refused(simplejwt: Simplejwt, user_id: object) -> None:
    claims = claims_of(simplejwt.realm, user_id=user_id)
    with pytest.raises(TokenRefused):
        simplejwt.user_of(simplejwt.verify(forged(simplejwt.realm, payload=claims)))


def test_a_disabled_user_is_refused(simplejwt: Simplejwt, login: Login, alice: User) -> None:
    access, _ = simplejwt.pair(alice, login.id, {})
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(TokenRefused) as caught:
        simplejwt.user_of(simplejwt.verify(access))
    assert caught.value.code == "user_inactive"
