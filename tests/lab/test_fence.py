"""The fence around the lab: what it hands out opens nothing else, and nothing else opens it."""

import base64
import uuid
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.lab.users import LabUser, create_lab_user
from accounts.lab.wire import LAB_PATH, cookie_name
from accounts.models import Login, User
from accounts.models.session_keys import session_keys_of
from accounts.site.backends import SiteBackend
from accounts.strategies import Family, Strategy, strategies
from tests.cast import PASSWORD
from tests.clients import LabDevice, bearer
from tests.urls import addresses

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

# Which credential is read where; what a strategy asks its database is tried on both elsewhere.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

JSON = "application/json"
SITE_COOKIE = settings.SESSION_COOKIE_NAME
# One of each family: those that the site's own logins are made of, and the random token.
EVERYWHERE = {"session-joined", "opaque", "jwt-blacklist-joined"}
ASKING = ["/", "/api/me/", "/api/logins/", "/logins/", "/password/", "/admin/"]


@pytest.fixture(params=[strategy.slug for strategy in strategies])
def strategy(request: pytest.FixtureRequest) -> type[Strategy]:
    """Each strategy of the lab."""
    return strategies[request.param]


@pytest.fixture
def lab_user() -> LabUser:
    """A visitor with a throwaway user."""
    return create_lab_user(uuid.uuid4())


@pytest.fixture
def device(strategy: type[Strategy], lab_user: LabUser) -> LabDevice:
    """The visitor's device, logged in."""
    return LabDevice(strategy).logged_in(lab_user)


def outside() -> list[str]:
    """Where the lab has no business; the API's own description takes long and knows nobody."""
    inside = (LAB_PATH, "/lab/", "/api/schema/")
    return [path for path in addresses() if not path.startswith(inside)]


def knows_somebody(client: Client, path: str, **headers: str) -> bool:
    """Whether a page or an endpoint takes the request for a user's."""
    response = client.get(path, headers=headers)
    user = getattr(response.wsgi_request, "user", None)
    page = response.content.decode(errors="replace")  # a page may be a zip
    named = "lab-" in page and ("signed in as" in page or '"username": "lab-' in page)
    return bool(user and user.is_authenticated) or named


class TestNothingOfTheLabOpensTheSite:
    def test_there_is_something_outside_to_open(self) -> None:
        assert {*ASKING, "/api/token/"} <= set(outside())
        assert {strategies[slug].family for slug in EVERYWHERE} == set(Family)

    @pytest.mark.database("sqlite")  # which address reads a credential is no matter of the database
    def test_no_page_and_no_endpoint_knows_the_credential(self, device: LabDevice) -> None:
        by_token, by_cookie = Client(), Client()
        for name in (SITE_COOKIE, cookie_name(device.strategy.slug)):
            by_cookie.cookies[name] = device.credential
        # A way to read a credential is the same at all addresses: one of each kind tries them all.
        everywhere = device.strategy.slug in EVERYWHERE
        for path in outside() if everywhere else ASKING:
            assert not knows_somebody(by_token, path, **bearer(device.credential)), path
            assert not knows_somebody(by_cookie, path), path

    def test_the_sites_api_refuses_it(self, device: LabDevice) -> None:
        for token in filter(None, (device.credential, device.access, device.refresh)):
            client = Client()
            assert client.get("/api/me/", headers=bearer(token)).status_code == 401
            for path in ("refresh", "verify", "blacklist"):
                body = {"refresh": token, "token": token}
                answer = client.post(f"/api/token/{path}/", body, content_type=JSON)
                assert answer.status_code == 401

    def test_what_was_refused_there_still_works_here(self, device: LabDevice) -> None:
        Client().post(
            "/api/token/blacklist/", {"refresh": device.refresh or "x"}, content_type=JSON
        )
        assert device.me()["status"] == 200


class TestNothingOfTheSiteOpensTheLab:
    def test_no_strategy_knows_the_credential(self, strategy: type[Strategy], alice: User) -> None:
        client = Client()
        body = {"username": "alice", "password": PASSWORD}
        client.post("/api/session/login/", body, content_type=JSON)
        pair = client.post("/api/token/", body, content_type=JSON).json()
        cookie = client.cookies[SITE_COOKIE].value
        for credential in (cookie, pair["access"], pair["refresh"]):
            stranger = LabDevice(strategy, access=credential)
            stranger.client.cookies[SITE_COOKIE] = credential
            stranger.client.cookies[cookie_name(strategy.slug)] = credential
            assert stranger.me()["status"] == 401
            assert stranger.log_out()["status"] == 401


@pytest.mark.database("sqlite", "postgres")
class TestUsers:
    def test_a_lab_user_cannot_log_in_to_the_site(self, lab_user: LabUser) -> None:
        body = {"username": lab_user.user.username, "password": lab_user.password}
        assert Client().post("/login/", body).status_code == 422
        for path in ("/api/token/", "/api/session/login/"):
            assert Client().post(path, body, content_type=JSON).status_code == 401
        assert not Login.objects.exists()

    def test_nobody_but_a_living_one_with_its_password_logs_in_to_the_lab(
        self, strategy: type[Strategy], lab_user: LabUser, alice: User
    ) -> None:
        made, stranger = lab_user.user, User(username="lab-nobody")
        device = LabDevice(strategy)
        assert device.log_in(LabUser(made, ""))["status"] == 400
        wrong = [(alice, PASSWORD), (stranger, "x"), (made, "wrong"), (made, "x" * 4096)]
        for user, password in wrong:
            answer = device.log_in(LabUser(user, password))
            assert (answer["status"], answer["code"]) == (401, "no_active_account")
        User.objects.filter(pk=made.pk).update(is_active=False)
        assert device.log_in(lab_user)["code"] == "no_active_account"

    def test_a_lab_user_who_is_made_staff_gets_no_further(self, lab_user: LabUser) -> None:
        User.objects.filter(pk=lab_user.user.pk).update(is_staff=True, is_superuser=True)
        body = {"username": lab_user.user.username, "password": lab_user.password}
        assert Client().post("/login/?next=/admin/", body).status_code == 422

    def test_no_address_and_no_browser_is_kept(self, device: LabDevice) -> None:
        login = Login.objects.get()
        assert (login.ip, login.user_agent) == (None, "")


@pytest.mark.database("sqlite", "postgres")
def test_a_backend_finds_the_users_of_its_side_alone(lab_user: LabUser, alice: User) -> None:
    assert SiteBackend().get_user(alice.pk) == alice
    assert SiteBackend().get_user(lab_user.user.pk) is None
    with session_keys_of([b"of the lab"]):
        assert SiteBackend().get_user(lab_user.user.pk) == lab_user.user
        assert SiteBackend().get_user(alice.pk) is None


def ask(client: Client) -> "Response":
    """Ask for a throwaway user."""
    return client.post("/api/lab/users/", {}, content_type=JSON)


@pytest.mark.database("sqlite", "postgres")
class TestVisitors:
    def new_user(self, client: Client) -> User:
        answer = ask(client)
        assert answer.status_code == 201
        return User.objects.get(username=answer.json()["username"])

    def test_a_visitor_is_known_again_by_a_signed_cookie(self) -> None:
        client = Client()
        first, second = self.new_user(client), self.new_user(client)
        assert first.visitor == second.visitor
        cookie = client.cookies["lab_visitor"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_another_visitor_is_another(self) -> None:
        assert self.new_user(Client()).visitor != self.new_user(Client()).visitor

    def test_nobody_can_make_up_a_visitor(self) -> None:
        known = self.new_user(Client()).visitor
        assert known is not None
        for made_up in (known.hex, str(known), signing.dumps(known.hex, salt="mine"), "", "é"):
            client = Client()
            client.cookies["lab_visitor"] = made_up
            assert self.new_user(client).visitor != known

    def test_each_gets_a_password_that_cannot_be_guessed(self) -> None:
        found = [ask(Client()).json() for _ in range(3)]
        assert len({one["password"] for one in found}) == 3
        assert all(len(one["password"]) >= 20 for one in found)

    def test_an_address_gets_so_many_and_no_more(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "lab-users": (2, 86_400)}
        assert [ask(Client()).status_code for _ in range(2)] == [201, 201]
        answer = ask(Client())
        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert int(answer["Retry-After"]) > 0
        elsewhere = ask(Client(REMOTE_ADDR="198.51.100.7"))
        assert elsewhere.status_code == 201

    def test_all_addresses_together_get_so_many_users_and_log_ins(self, settings: Settings) -> None:
        limits = {"lab-users-site": (1, 86_400), "lab-logins-site": (1, 86_400)}
        settings.LIMITS = {**settings.LIMITS, **limits}
        home, elsewhere = Client(), Client(REMOTE_ADDR="198.51.100.7")
        made = ask(home).json()
        assert ask(elsewhere).status_code == 429
        body = {"username": made["username"], "password": made["password"]}
        statuses = [
            client.post("/api/lab/opaque/login/", body, content_type=JSON).status_code
            for client in (home, elsewhere)
        ]
        assert statuses == [200, 429]

    def test_only_its_visitor_is_told_whether_a_user_is_still_there(self) -> None:
        alice, mallory = Client(), Client()
        ask(mallory)
        made = ask(alice).json()
        path = f"/api/lab/users/{made['username']}/"
        found = alice.get(path)
        assert (found.status_code, found.json()["expires"]) == (200, made["expires"])
        assert [client.get(path).status_code for client in (mallory, Client())] == [404, 404]
        User.objects.all().delete()
        assert alice.get(path).status_code == 404

    def test_one_visitors_log_out_ends_nothing_of_anothers(self, device: LabDevice) -> None:
        other = LabDevice(device.strategy).logged_in(create_lab_user(uuid.uuid4()))
        assert device.log_out()["status"] == 200
        assert other.me()["status"] == 200
        assert other.me()["user"]["username"] != ""


class TestCookie:
    def test_a_session_goes_to_its_own_strategy_and_nowhere_else(self, lab_user: LabUser) -> None:
        for strategy in strategies:
            device = LabDevice(strategy).logged_in(lab_user)
            found = device.client.cookies
            if not strategy.in_cookie:
                assert not found
                continue
            [cookie] = found.values()
            assert cookie.key == f"lab-{strategy.slug}"
            assert cookie["path"] == f"/api/lab/{strategy.slug}/"
            assert cookie["httponly"]
            assert cookie["samesite"] == "Strict"

    def test_logging_in_to_the_lab_leaves_the_sites_login_and_its_csrf_token(
        self, strategy: type[Strategy], lab_user: LabUser, alice: User
    ) -> None:
        client = Client()
        body = {"username": "alice", "password": PASSWORD}
        client.post("/api/session/login/", body, content_type=JSON)
        before = {name: cookie.value for name, cookie in client.cookies.items()}
        LabDevice(strategy, client).logged_in(lab_user)
        after = {name: cookie.value for name, cookie in client.cookies.items()}
        assert before.items() <= after.items()
        assert client.get("/api/me/").status_code == 200


@pytest.mark.django_db(transaction=True)  # the thief's own request begins with a fresh one
class TestThief:
    def test_the_copy_works_while_the_login_lives(self, device: LabDevice) -> None:
        answer = device.replay(device.copy())
        if device.strategy.bound:  # the thief has no key
            assert (answer["status"], answer["body"]["code"]) == (401, "invalid_token")
            return
        assert answer["status"] == 200
        assert answer["body"]["verdict"]["accepted"]
        assert answer["body"]["user"] == device.me()["user"]

    def test_who_is_refused_has_nothing_to_copy(self, strategy: type[Strategy]) -> None:
        answer = LabDevice(strategy)._post("thief/copy")
        assert answer["status"] == 401
        assert "copy" not in answer

    def test_the_copy_does_not_show_what_was_copied(self, device: LabDevice) -> None:
        copy = device.copy()
        opened = base64.urlsafe_b64decode(copy)
        for secret in (device.credential, device.strategy.slug):
            assert secret not in copy
            assert secret.encode() not in opened

    def test_a_copy_of_one_strategy_is_none_of_another(self, device: LabDevice) -> None:
        # Of one other than itself: all are told apart by the same name.
        other = next(one for one in strategies if one is not device.strategy)
        answer = LabDevice(other, device.client).replay(device.copy())
        assert (answer["status"], list(answer)[1]) == (400, "copy")

    def test_a_copy_is_none_for_another_visitor(self, device: LabDevice) -> None:
        device.client.post("/api/lab/users/", content_type=JSON)
        copy = device.copy()
        mallory = LabDevice(device.strategy)
        for _ in range(2):
            answer = mallory.replay(copy)
            assert (answer["status"], list(answer)[1]) == (400, "copy")
            mallory.client.post("/api/lab/users/", content_type=JSON)
        assert device.replay(copy)["status"] == (401 if device.strategy.bound else 200)
