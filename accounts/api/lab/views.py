"""The same actions under any strategy, for throwaway users: ``/api/lab/<slug>/…``."""

import uuid
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import bearer_token, enforce_csrf, note_credential
from accounts.api.errors import DPOP_CHALLENGE, challenge
from accounts.api.lab import answers
from accounts.api.lab import serializers as shapes
from accounts.api.lab.answers import Answer, Refusal
from accounts.api.references import STRATEGY
from accounts.api.views import PublicApiView, valid
from accounts.lab import users
from accounts.lab.instances import find_strategy, is_lent
from accounts.lab.outage import Outage
from accounts.lab.visitors import login_count, visitor_count, visitor_known, visitor_remember
from accounts.lab.wire import cookie_name, lab_path
from accounts.models import Login, PasswordReplaced
from accounts.strategies import Accepted, Credential, Refused, Strategy
from accounts.tokens.possession import bringing, nonces
from accounts.tokens.realm import TokenRefused
from accounts.tracing.recorder import current_trace, step, untraced

NONCE_HEADER = "DPoP-Nonce"  # RFC 9449, section 8.1
SLUG = OpenApiParameter("slug", STRATEGY, OpenApiParameter.PATH, description="A strategy.")
INVALID = PolymorphicProxySerializer(
    "LabInvalid", [shapes.LabRefusal, shapes.LabFieldErrors], resource_type_field_name=None
)


def or_refused(answer: type[shapes.LabAnswer]) -> dict[int, Any]:
    """For the OpenAPI document: an answer, and what is answered to a bad credential."""
    return {200: answer, 400: INVALID, **dict.fromkeys((401, 403, 404, 503), shapes.LabRefusal)}


_NO_CREDENTIAL = Refused("read credential", "not_authenticated", "No credential was sent")
_NO_LOGIN = Refused("find login", "no_login", "This credential belongs to no login")
_NO_USER = Refused("check password", "no_active_account", "No throwaway user is called so")
_CHANGED = Refused(
    "change password", "password_changed", "Another device changed the password just now"
)


class LabUsers(PublicApiView):
    """Throwaway users."""

    @extend_schema(
        "lab_make_user", request=None, responses={201: shapes.NewLabUser, 429: serializers.Problem}
    )
    def post(self, request: Request) -> Response:
        """Make a throwaway user. It and its logins are deleted after an hour."""
        visitor_count(request._request)
        visitor = visitor_known(request._request) or uuid.uuid4()
        made = users.create_lab_user(visitor)
        response = Response(
            {
                "username": made.username,
                "password": made.password,
                "expires": made.user.date_joined + settings.LAB_LIFETIME,
            },
            status=status.HTTP_201_CREATED,
        )
        visitor_remember(response, visitor)
        return response


class LabUserDetail(PublicApiView):
    """A throwaway user."""

    @extend_schema("lab_user", responses={200: shapes.LabUser, 404: serializers.Problem})
    def get(self, request: Request, username: str) -> Response:
        """Whether one of this visitor's throwaway users is still there, and until when."""
        user = users.find_lab_user(username, visitor=visitor_known(request._request))
        if user is None:
            raise NotFound("There is no such throwaway user, or it was deleted")
        expires = user.date_joined + settings.LAB_LIFETIME
        return Response({"username": user.username, "expires": expires})


class LabView(PublicApiView):
    """A request under one strategy. Its methods return an ``Answer``, or raise.

    Every response holds a verdict and its trace, and with ``?storage=1`` who stores what.
    """

    strategy: Strategy

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """With the proof that the request brings, if any."""
        with proof_of(request):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the strategy, before anything else is looked at.

        Raises:
            NotFound: there is none of this slug.
        """
        super().initial(request, *args, **kwargs)
        found = find_strategy(kwargs["slug"])
        if found is None:
            raise NotFound("No strategy has this name")
        self.strategy = found

    def check(self, request: Request) -> tuple[Accepted, str]:
        """Ask the strategy about the credential; its verdict, and what the client holds now.

        Raises:
            Refusal: nothing was sent, or the strategy refused it.
        """
        sent = self._sent(request)
        if not sent:
            raise Refusal(_NO_CREDENTIAL)
        verdict = self.strategy.check(sent)
        if isinstance(verdict, Refused):
            raise Refusal(verdict, sent)
        return verdict, verdict.replacement.value if verdict.replacement else sent

    def _sent(self, request: Request) -> str:
        """What the client sent, where this strategy's clients put it."""
        if self.strategy.bound:
            return _bound_token(request)
        if not self.strategy.in_cookie:
            return bearer_token(request) or ""
        name = cookie_name(self.strategy.slug)
        with step("read cookie", kind="parse"):
            key = request.COOKIES.get(name, "")
        if key:
            note_credential("cookie", name, key)
            if self.strategy.csrf_checked:
                enforce_csrf(request._request)
        return key

    def own_login(self, request: Request) -> tuple[Login, str]:
        """The login that asks, and its credential.

        Raises:
            Refusal: the strategy refused the credential, or the login was pruned.
        """
        accepted, credential = self.check(request)
        login = known_login(accepted.login_id)
        if login is None:
            raise Refusal(_NO_LOGIN, credential, status=400)
        return login, credential

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Make a response of an ``Answer``."""
        if isinstance(response, Answer):
            response = self._response(request, response)
        strategy = find_strategy(self.kwargs["slug"])
        if strategy and strategy.bound:
            response[NONCE_HEADER] = nonces(strategy.realm)[0]
        return super().finalize_response(request, response, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """An error of the API, with a verdict like any other answer under a known strategy."""
        if isinstance(exc, Outage):
            words = f"The {exc.store} does not answer"
            exc = Refusal(Refused(f"ask the {exc.store}", "store_away", words), status=503)
        response = super().handle_exception(exc)
        if response.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
            response["Retry-After"] = 1  # second
        strategy = find_strategy(self.kwargs["slug"])
        if strategy and strategy.bound and response.status_code == status.HTTP_401_UNAUTHORIZED:
            response["WWW-Authenticate"] = challenge(response.data, DPOP_CHALLENGE)
        if strategy is None or not isinstance(response.data, dict):
            return response
        refusal = exc if isinstance(exc, Refusal) else _other_refusal(response.data)
        self._complete(response, refusal.verdict)
        if answers.wants_storage(self.request):
            response.data["storage"] = answers.storage(strategy, None, refusal.credential)
        return response

    def _response(self, request: Request, answer: Answer) -> Response:
        response = Response(dict(answer.body))
        if answer.verdict is None:
            return response
        credential = answer.credential
        if answer.issued:
            credential = answer.issued.value
            hand_out(response, self.strategy, answer.issued)
        if answer.dropped:
            self._drop(response)
        self._complete(response, answer.verdict)
        if answers.wants_storage(request):
            response.data["storage"] = answers.storage(
                self.strategy, answer.login, credential, dropped=answer.dropped
            )
        return response

    def _complete(self, response: Response, verdict: answers.Verdict) -> None:
        response.data["verdict"] = verdict
        if trace := current_trace():
            response.data["trace"] = {
                "method": self.request.method,
                "path": self.request.path,
                "status": response.status_code,
                **trace.as_dict(),
            }

    def _drop(self, response: Response) -> None:
        """Tell a browser to drop its cookie; other clients drop their token by themselves."""
        if self.strategy.in_cookie:
            slug = self.strategy.slug
            response.delete_cookie(cookie_name(slug), path=lab_path(slug), samesite="Strict")


def proof_of(request: HttpRequest) -> AbstractContextManager[None]:
    """A request whose strategy may ask for the proof of possession that it brings."""
    text = request.META.get("HTTP_DPOP", "")
    url = request.build_absolute_uri(request.path) if text else ""
    return bringing(text, method=request.method or "", url=url)


def _bound_token(request: Request) -> str:
    """The token; what is told of the credential counts its proof, which each request brings too."""
    token, proof = bearer_token(request, "DPoP") or "", request.META.get("HTTP_DPOP", "")
    if token and proof:
        note_credential("bearer", "Authorization and DPoP", f"{token} {proof}")
    return token


def issued(strategy: Strategy, login: Login) -> Credential:
    """What the strategy gives a device that has just logged in.

    Raises:
        Refusal: the device has to show a key, and does not (RFC 9449, section 5).
    """
    try:
        return strategy.issue(login)
    except TokenRefused as error:
        refused = Refused(error.step, error.code, error.reason)
        raise Refusal(refused, status=400) from None


def hand_out(response: Response, strategy: Strategy, credential: Credential) -> None:
    """Give the client its credential: a cookie, or the tokens in the body."""
    if strategy.in_cookie:
        set_cookie(response, strategy, credential)
        return
    response.data["access"] = credential.value
    if credential.refresh:
        response.data["refresh"] = credential.refresh


def set_cookie(response: Response, strategy: Strategy, credential: Credential) -> None:
    """Give a browser its cookie, for the strategy's own paths."""
    response.set_cookie(
        cookie_name(strategy.slug),
        credential.value,
        expires=credential.expires,
        path=lab_path(strategy.slug),
        httponly=True,
        secure=not settings.DEMO,
        samesite="Strict",
    )


def known_login(login_id: uuid.UUID | None) -> Login | None:
    """The login that a strategy named; asked for the page, so outside the trace."""
    with untraced():
        known = Login.objects.select_related("user")
        return known.filter(pk=login_id).first() if login_id else None


def _other_refusal(data: dict[str, Any]) -> Refusal:
    """Why a request did not come to its strategy, as its error's body says it."""
    detail = str(data.get("detail", "The request is not valid"))
    return Refusal(Refused("read request", str(data.get("code", "invalid")), detail))


@extend_schema(parameters=[SLUG])
class LabLogin(LabView):
    """Log in."""

    @extend_schema(
        "lab_login",
        request=serializers.NamePassword,
        responses={**or_refused(shapes.LabMe), 429: shapes.LabRefusal},
    )
    def post(self, request: Request, slug: str) -> Answer:
        """Check a throwaway user's password and hand out this strategy's credential."""
        if self.strategy.in_cookie and self.strategy.csrf_checked:
            enforce_csrf(request._request)
        if not is_lent(slug):  # a scenario's log-ins are bounded by the runs
            login_count(request._request)
        try:
            user = users.sign_in(**valid(serializers.NamePassword, request))
            login = users.begin_login(user, self.strategy)
        except users.UnknownLabUser:
            raise Refusal(_NO_USER) from None
        return Answer(
            answers.done("log in", "signed_in", "Signed in"),
            {"user": answers.user(user, user.role)},
            login=login,
            issued=issued(self.strategy, login),
        )


@extend_schema(parameters=[SLUG])
class LabMe(LabView):
    """Send a request."""

    @extend_schema("lab_me", responses=or_refused(shapes.LabMe))
    def get(self, request: Request, slug: str) -> Answer:
        """Who the credential belongs to, as the strategy sees it."""
        accepted, credential = self.check(request)
        return Answer(
            answers.accepted(self.strategy),
            {"user": answers.user(accepted.user, accepted.role)},
            credential=credential,
            login=known_login(accepted.login_id) if answers.wants_storage(request) else None,
            issued=accepted.replacement,
        )


@extend_schema(parameters=[SLUG])
class LabRefresh(LabView):
    """Spend a refresh token."""

    @extend_schema(
        "lab_refresh", request=serializers.Refresh, responses=or_refused(shapes.LabRefreshed)
    )
    def post(self, request: Request, slug: str) -> Answer:
        """A new access token, where the strategy has refresh tokens."""
        if not self.strategy.refreshes:
            raise NotFound("This strategy has no refresh tokens")
        refresh = valid(serializers.Refresh, request)["refresh"]
        note_credential("body", "refresh", refresh)
        renewed = self.strategy.renew(refresh)
        if isinstance(renewed, Refused):
            raise Refusal(renewed)
        verdict = answers.done("refresh", "refreshed", "A new access token was issued")
        return Answer(verdict, issued=renewed)


@extend_schema(parameters=[SLUG])
class LabLogout(LabView):
    """Log out."""

    @extend_schema("lab_logout", request=None, responses=or_refused(shapes.LabAnswer))
    def post(self, request: Request, slug: str) -> Answer:
        """Let the strategy end this login as far as it can, and the client drop its credential."""
        login, credential = self.own_login(request)
        before = answers.stored_rows(self.strategy, login, credential)
        self.strategy.revoke(login, credential)
        after = answers.stored_rows(self.strategy, login, credential)
        verdict = answers.done("log out", "logged_out", answers.row_change(before, after))
        return Answer(verdict, credential=credential, login=login, dropped=True)


@extend_schema(parameters=[SLUG])
class LabLogoutEverywhere(LabView):
    """Log out everywhere."""

    @extend_schema("lab_logout_everywhere", request=None, responses=or_refused(shapes.LabAnswer))
    def post(self, request: Request, slug: str) -> Answer:
        """Let the strategy end every login of the user, as far as it can."""
        login, credential = self.own_login(request)
        self.strategy.revoke_all(login.user)
        reason = "The strategy ended every login that it can end"
        verdict = answers.done("log out everywhere", "logged_out", reason)
        return Answer(verdict, credential=credential, login=login, dropped=True)


@extend_schema(parameters=[SLUG])
class LabPassword(LabView):
    """Change the password."""

    @extend_schema("lab_change_password", request=None, responses=or_refused(shapes.LabPassword))
    def post(self, request: Request, slug: str) -> Answer:
        """Give the user a new random password. This device stays, with a new credential."""
        login, credential = self.own_login(request)
        try:
            password = users.change_password(login)
            issued = self.strategy.reissue(login, credential)
        except (PasswordReplaced, Login.DoesNotExist):
            raise Refusal(_CHANGED, credential) from None
        return Answer(
            answers.done("change password", "password_changed", "Password changed"),
            {"password": password},
            login=login,
            issued=issued,
        )
