"""The administration: logins and the blacklist are found and ended there, credentials are not."""

import re
import uuid
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import create_lab_user
from accounts.models import BlacklistedToken, EndReason, Login, User
from accounts.strategies.opaque import Opaque
from accounts.tokens.realm import lab_realm, site_realm
from tests.cast import PASSWORD
from tests.devices import CARRIERS, Carrier, Device

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "eight brown barrels"
TABLES = ("user", "login", "blacklistedtoken")


def browser_of(user: User) -> Client:
    browser = Client()
    browser.post("/login/", {"username": user.username, "password": PASSWORD})
    return browser


@pytest.fixture
def staff(db: None) -> Client:
    return browser_of(User.objects.create_superuser("carol", password=PASSWORD))


def page(staff: Client, path: str) -> str:
    answer = staff.get(f"/admin/{path}", follow=True)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


def act(staff: Client, table: str, action: str, *keys: object) -> str:
    form = {"action": action, "_selected_action": [str(key) for key in keys]}
    answer = staff.post(f"/admin/accounts/{table}/", form, follow=True)
    return unescape(answer.content.decode())


class TestEnding:
    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_an_ended_login_is_refused_from_the_next_request_on(
        self, staff: Client, alice: User, carrier: Carrier
    ) -> None:
        device, other = Device(carrier).log_in(alice), Device(carrier).log_in(alice)
        login = device.login
        assert "Logins ended: 1." in act(staff, "login", "end", login.pk)
        assert not device.is_in()
        assert other.is_in()
        login.refresh_from_db()
        assert login.end_reason == EndReason.STAFF
        blacklisted = BlacklistedToken.objects.filter(jti=login.pk, reason=EndReason.STAFF)
        assert blacklisted.exists() == (carrier == "jwt")

    def test_many_end_in_as_many_queries_as_one(self, staff: Client, alice: User) -> None:
        counts = []
        for number in (1, 20):
            logins = [Device("jwt").log_in(alice).login.pk for _ in range(number)]
            with CaptureQueriesContext(connection) as queries:
                act(staff, "login", "end", *logins)
            counts.append(len([q for q in queries if "cache" not in q["sql"]]))
        assert counts[0] == counts[1]
        assert Login.objects.live().filter(user=alice).count() == 0

    def test_a_user_is_logged_out_everywhere(self, staff: Client, alice: User, bob: User) -> None:
        hers = [Device(carrier).log_in(alice) for carrier in CARRIERS]
        bobs = Device("jwt").log_in(bob)
        act(staff, "user", "log_out", alice.pk)
        assert [device.is_in() for device in (*hers, bobs)] == [False, False, True]

    def test_staff_without_the_right_may_look_and_not_end(self, alice: User) -> None:
        dave = User.objects.create_user("dave", password=PASSWORD, is_staff=True)
        dave.user_permissions.add(Permission.objects.get(codename="view_login"))
        device = Device("jwt").log_in(alice)
        browser = browser_of(dave)
        assert "Firefox on Windows" in page(browser, "accounts/login/")
        act(browser, "login", "end", device.login.pk)
        assert device.is_in()


class TestUsers:
    def disable(self, staff: Client, user: User, *, active: bool) -> None:
        joined = {"date_joined_0": f"{user.date_joined:%Y-%m-%d}", "date_joined_1": "12:00:00"}
        form = {"username": user.username, "role": "member", **joined}
        form |= {"is_active": "on"} if active else {}
        answer = staff.post(f"/admin/accounts/user/{user.pk}/change/", form)
        assert answer.status_code == 302, answer.content

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_a_disabled_account_is_out_at_once_and_stays_out_when_enabled_again(
        self, staff: Client, alice: User, carrier: Carrier
    ) -> None:
        device = Device(carrier).log_in(alice)
        login = device.login
        self.disable(staff, alice, active=False)
        assert not device.is_in()
        self.disable(staff, alice, active=True)
        assert not device.is_in()
        assert carrier == "session" or device.renew().status_code == 401
        login.refresh_from_db()
        assert login.end_reason == EndReason.DISABLED
        assert Device(carrier).log_in(alice).is_in()

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_a_password_set_by_staff_ends_every_login_and_the_list_says_so(
        self, staff: Client, alice: User, carrier: Carrier
    ) -> None:
        device = Device(carrier).log_in(alice)
        form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
        answer = staff.post(f"/admin/accounts/user/{alice.pk}/password/", form)
        assert answer.status_code == 302, answer.content
        assert not device.is_in()
        again = Device("session").log_in(alice, NEW_PASSWORD)
        told = [entry["end_reason"] for entry in again.send("GET", "/api/logins/").json()]
        assert told == [None, "reset"]

    def test_the_own_password_is_changed_on_the_sites_page(self, staff: Client) -> None:
        assert staff.get("/admin/password_change/").headers["Location"] == "/password/"

    def test_who_changes_the_own_password_here_stays_logged_in(self, staff: Client) -> None:
        admin = User.objects.get(is_superuser=True)
        program = Device("jwt").log_in(admin)
        form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
        answer = staff.post(f"/admin/accounts/user/{admin.pk}/password/", form)
        assert answer.status_code == 302, answer.content
        assert staff.get("/admin/").status_code == 200
        assert not program.is_in()

    def test_taking_the_password_away_ends_every_login(self, staff: Client, alice: User) -> None:
        device = Device("session").log_in(alice)
        form = {"password1": "", "password2": "", "usable_password": "false", "unset-password": "1"}
        answer = staff.post(f"/admin/accounts/user/{alice.pk}/password/", form)
        assert answer.status_code == 302, answer.content
        assert not device.is_in()


class TestFinding:
    def test_a_login_is_found_by_its_user_address_browser_and_sid(
        self, staff: Client, alice: User, bob: User
    ) -> None:
        hers, his = Device("jwt").log_in(alice).login, Device("jwt", "curl/8").log_in(bob).login
        Login.objects.filter(pk=hers.pk).update(ip="192.0.2.7")
        for term in ("alice", "192.0.2.7", "Windows", hers.pk.hex, str(hers.pk)):
            found = page(staff, f"accounts/login/?q={term}")
            assert (str(hers.pk) in found, str(his.pk) in found) == (True, False), term

    @pytest.mark.parametrize("table", ["login", "blacklistedtoken"])
    def test_an_id_that_nobody_has_finds_nothing(self, staff: Client, table: str) -> None:
        assert "0 results" in page(staff, f"accounts/{table}/?q={uuid.uuid4()}")

    def test_a_blacklisted_token_is_found_by_its_user_and_jti(
        self, staff: Client, alice: User, bob: User
    ) -> None:
        logins = []
        for user in (alice, bob):
            device = Device("jwt").log_in(user)
            device.send("POST", "/api/token/blacklist/", {"refresh": device.refresh})
            logins.append(device.login.pk)
        hers, his = logins
        for term in ("alice", hers.hex, str(hers)):
            found = page(staff, f"accounts/blacklistedtoken/?q={term}")
            assert (str(hers) in found, str(his) in found) == (True, False), term

    @pytest.mark.parametrize("table", TABLES)
    def test_the_labs_users_are_apart(self, staff: Client, alice: User, table: str) -> None:
        lab_user = create_lab_user(uuid.uuid4())
        for user in (alice, lab_user.user):
            login = Device("jwt").log_in(alice).login
            Login.objects.filter(pk=login.pk).update(user=user)
            BlacklistedToken.objects.create(
                jti=login.pk, user=user, expires_at=login.expires, reason=EndReason.STAFF
            )
        lab_row, site_row = self.rows(table, lab_user.user), self.rows(table, alice)
        for query, expected in {"": (0, 1), "?whose=lab": (1, 0), "?whose=all": (1, 1)}.items():
            found = page(staff, f"accounts/{table}/{query}")
            assert (found.count(lab_row), found.count(site_row)) == expected, query

    def rows(self, table: str, user: User) -> str:
        """The link that a row of the user's starts with."""
        model = {"login": Login, "blacklistedtoken": BlacklistedToken}.get(table)
        key = model._default_manager.get(user=user).pk if model else user.pk
        return f"/admin/accounts/{table}/{key}/change/"

    def test_a_blacklist_row_may_outlive_its_user(self, staff: Client, alice: User) -> None:
        device = Device("jwt").log_in(alice)
        device.send("POST", "/api/token/blacklist/", {"refresh": device.refresh})
        sid = device.login.pk
        alice.delete()
        assert str(sid) in page(staff, "accounts/blacklistedtoken/")
        assert str(sid) in page(staff, f"accounts/blacklistedtoken/{sid}/change/")


class TestSecrets:
    def test_no_credential_hash_or_digest_is_on_any_page(self, staff: Client, alice: User) -> None:
        browser, program = Device("session").log_in(alice), Device("jwt").log_in(alice)
        program.renew()
        opaque = Device("jwt").log_in(alice).login
        token = Opaque(lab_realm()).issue(opaque)
        opaque.refresh_from_db()
        row = program.login
        secrets = [browser.cookie, program.access, program.refresh, token.value]
        [[spent, _]] = row.spent
        for key in (opaque.digest, row.refresh_jti, uuid.UUID(spent)):
            assert key is not None
            secrets += [str(key), key.hex]
        secrets += [str(site_realm().digest(browser.cookie)), *alice.password.split("$")[-2:]]
        pages = [page(staff, f"accounts/{table}/") for table in TABLES]
        pages += [page(staff, f"accounts/login/{key.pk}/change/") for key in Login.objects.all()]
        pages += [page(staff, f"accounts/user/{alice.pk}/change/")]
        assert [secret for secret in secrets if any(secret in text for text in pages)] == []

    def test_of_a_password_only_the_algorithm_is_told(self, staff: Client, alice: User) -> None:
        text = re.sub(r"<[^>]+>|\s+", " ", page(staff, f"accounts/user/{alice.pk}/change/"))
        assert re.search(r"algorithm\s*:\s*argon2\b", text)
        assert alice.password.split("$")[-1][:6] not in text
        assert "salt" not in text


HUGE = "9" * 25


class TestNonsense:
    """Whatever an address or a form says, the answer is no 5xx."""

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize(
        "query",
        [
            f"user={HUGE}",
            f"id__exact={HUGE}",
            "expires__year=99999999999",
            "date_joined__year=99999999999",
            "token_type__exact=9",
            "reason__exact=nonsense",
            "user__password__startswith=a",
            "_to_field=password",
        ],
    )
    def test_in_a_list(self, staff: Client, table: str, query: str) -> None:
        assert staff.get(f"/admin/accounts/{table}/?{query}").status_code in (200, 302, 400)

    @pytest.mark.parametrize("table", ["user", "login"])
    @pytest.mark.parametrize("action", ["delete_selected", "end", "log_out", "nonsense"])
    @pytest.mark.parametrize("key", [HUGE, "x", "-1"])
    def test_in_an_action(self, staff: Client, table: str, action: str, key: str) -> None:
        form = {"action": action, "_selected_action": key, "post": "yes"}
        answer = staff.post(f"/admin/accounts/{table}/", form)
        assert answer.status_code in (200, 302, 400)

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("place", ["change", "delete", "history"])
    def test_in_an_id(self, staff: Client, table: str, place: str) -> None:
        answer = staff.get(f"/admin/accounts/{table}/{HUGE}/{place}/")
        assert answer.status_code in (302, 403, 404)

    def test_it_is_said_in_words(self, staff: Client) -> None:
        form = {"action": "delete_selected", "_selected_action": "x"}
        answer = staff.post("/admin/accounts/login/", form)
        assert answer.status_code == 400
        assert "cannot be read" in answer.content.decode()


class TestWriting:
    @pytest.mark.parametrize("table", ["login", "blacklistedtoken"])
    def test_nobody_makes_a_row_by_hand(self, staff: Client, table: str) -> None:
        assert staff.get(f"/admin/accounts/{table}/add/").status_code == 403

    def test_a_blacklist_row_cannot_be_deleted(self, staff: Client, alice: User) -> None:
        device = Device("jwt").log_in(alice)
        device.send("POST", "/api/token/blacklist/", {"refresh": device.refresh})
        sid = device.login.pk
        assert staff.post(f"/admin/accounts/blacklistedtoken/{sid}/delete/").status_code == 403
        act(staff, "blacklistedtoken", "delete_selected", sid)
        assert not device.is_in()
        assert BlacklistedToken.objects.filter(jti=sid).exists()

    def test_a_user_with_logins_can_be_deleted(self, staff: Client, alice: User) -> None:
        device = Device("session").log_in(alice)
        answer = staff.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 302
        assert not User.objects.filter(username="alice").exists()
        assert not device.is_in()
