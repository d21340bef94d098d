"""Two realms share nothing: no key, no audience, no digest."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.tokens.realm import Realm, lab_realm, site_realm


@pytest.fixture(params=["site", "lab"])
def realm(request: pytest.FixtureRequest) -> Realm:
    return site_realm() if request.param == "site" else lab_realm()


def test_site_and_lab_share_no_key_no_audience_and_no_digest() -> None:
    site, lab = site_realm(), lab_realm()
    assert site.audience != lab.audience
    assert not {key.kid for key in site.keyring} & {key.kid for key in lab.keyring}
    assert site.keyring.signing.secret != lab.keyring.signing.secret
    assert site.digest("credential") != lab.digest("credential")


def test_a_digest_is_the_same_each_time_and_another_for_another_credential(realm: Realm) -> None:
    assert realm.digest("a") == realm.digest("a")
    assert realm.digest("a") != realm.digest("b")


def test_a_digest_cannot_be_checked_without_the_pepper(realm: Realm, settings: Settings) -> None:
    before = realm.digest("credential")
    settings.SECRET_KEY = "another key of the same server"
    after = (site_realm() if realm.name == "site" else lab_realm()).digest("credential")
    assert before != after


def test_no_key_and_no_pepper_is_shown_where_a_realm_is_printed(realm: Realm) -> None:
    secret = realm.keyring.signing.secret
    shown = repr(realm)
    assert "pepper" not in shown
    for spelling in (repr(secret), secret.hex(), repr(realm.pepper), realm.pepper.hex()):
        assert spelling not in shown


def test_a_retired_secret_key_still_verifies_and_no_longer_signs(settings: Settings) -> None:
    old = site_realm().keyring.signing.kid
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of fifty characters or more, made this very day"
    keyring = site_realm().keyring
    assert keyring.signing.kid != old
    assert keyring.find(old) is not None


def test_changed_lifetimes_count_at_once(settings: Settings) -> None:
    settings.ACCESS_TOKEN_LIFETIME = site_realm().access_lifetime * 2
    assert site_realm().access_lifetime == settings.ACCESS_TOKEN_LIFETIME


def test_what_was_digested_under_a_retired_secret_key_is_still_found(settings: Settings) -> None:
    before = site_realm().digest("credential")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of fifty characters or more, made this very day"
    assert site_realm().digests("credential") == [site_realm().digest("credential"), before]


def test_a_rotation_with_overlap_keeps_the_old_key_for_verifying(realm: Realm) -> None:
    rotated = realm.rotated(overlap=True)
    assert rotated.keyring.signing != realm.keyring.signing
    assert rotated.keyring.find(realm.keyring.signing.kid) == realm.keyring.signing
    assert realm.digest("credential") in rotated.digests("credential")[1:]


def test_a_rotation_without_overlap_forgets_it(realm: Realm) -> None:
    rotated = realm.rotated(overlap=False)
    assert rotated.keyring.find(realm.keyring.signing.kid) is None
    assert realm.digest("credential") not in rotated.digests("credential")


def test_a_rotation_changes_only_the_copy(realm: Realm) -> None:
    before = (realm.keyring, realm.pepper)
    realm.rotated(overlap=True)
    assert (realm.keyring, realm.pepper) == before


def test_two_rotations_give_two_keys(realm: Realm) -> None:
    one, other = realm.rotated(overlap=False), realm.rotated(overlap=False)
    assert one.keyring.signing != other.keyring.signing
    assert one.pepper != other.pepper


def test_a_realm_can_be_made_short_lived_its_logins_only_if_asked(realm: Realm) -> None:
    second = timedelta(seconds=1)
    tokens_only = realm.short_lived(second, logins=False)
    assert (tokens_only.access_lifetime, tokens_only.login_lifetime) == (
        second,
        realm.login_lifetime,
    )
    everything = realm.short_lived(second, logins=True)
    assert everything.access_lifetime == everything.refresh_lifetime == second
    assert everything.login_lifetime == second


def test_the_grace_is_a_setting_and_may_be_another_one_for_a_play(
    realm: Realm, settings: Settings
) -> None:
    assert realm.refresh_grace == settings.REFRESH_GRACE
    assert realm.with_grace(timedelta(0)).refresh_grace == timedelta(0)
