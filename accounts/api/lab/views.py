"""The same story under any strategy, for throwaway users: ``/api/lab/<slug>/…``."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import conf
from accounts.api import serializers
from accounts.api.authentication import bearer_token, enforce_csrf, note_credential
from accounts.api.lab import answers as lab_answers
from accounts.api.views import OpenView
from accounts.lab import users as lab
from accounts.lab.visitors import visitor_count, visitor_known, visitor_remember
from accounts.models import Login
from accounts.site.clients import client_fingerprint
from accounts.strategies import Accepted, Credential, Family, Refused, Strategy
from accounts.tracing.recorder import step, untraced

SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="A strategy.")
_NO_CREDENTIAL = Refused("read credential", "not_authenticated", "No credential was sent")


class LabUsers(OpenView):
    """Throwaway users."""

    @extend_schema(request=None, responses={201: lab_answers.LabUser, 429: serializers.Problem})
    def post(self, request: Request) -> Response:
        """Make a throwaway user. It and its logins are deleted after an hour."""
        visitor_count(request._request)
        visitor = visitor_known(request._request) or uuid.uuid4()
        visit = lab.visit(visitor)
        response = Response(
            {
                "username": visit.user.username,
                "password": visit.password,
                "expires": visit.user.date_joined + conf.lab_lifetime(),
            },
            status=status.HTTP_201_CREATED,
        )
        visitor_remember(response, visitor)
        return response


class LabView(OpenView):
    """A request under one strategy. Every answer says the verdict and carries its trace."""

    strategy: Strategy
    verdict: lab_answers.Verdict
    browser: dict[str, Any] | None = None
    login: Login | None = None
    credential = ""
    replacement: Credential | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the strategy, before anything else is looked at.

        Raises:
            NotFound: there is none of this slug.
        """
        super().initial(request, *args, **kwargs)
        found = lab.strategy(kwargs["slug"])
        if found is None:
            raise NotFound("No strategy has this name")
        self.strategy = found

    def read_credential(self, request: Request) -> str:
        """What the client sent, where this strategy's clients put it.

        Raises:
            AuthenticationFailed: nothing was sent.
        """
        name = lab.cookie_name(self.strategy.slug)
        if self.strategy.family is not Family.SESSION:
            self.credential = bearer_token(request) or ""
        elif key := request.COOKIES.get(name):
            with step("read cookie", kind="parse"):
                self.credential = key
            note_credential("cookie", name, key)
            enforce_csrf(request._request)
        if not self.credential:
            self.refuse(_NO_CREDENTIAL)
        return self.credential

    def judge(self, request: Request) -> Accepted:
        """Ask the strategy about the credential of this request.

        Raises:
            AuthenticationFailed: the strategy refused it.
        """
        verdict = self.strategy.check(self.read_credential(request))
        if isinstance(verdict, Refused):
            self.refuse(verdict)
        self.verdict = lab_answers.accepted(self.strategy)
        if verdict.replacement:
            self.replacement = verdict.replacement
            self.credential = verdict.replacement.value
        return verdict

    def refuse(self, verdict: Refused) -> NoReturn:
        """Answer 401 with the step, the code and the reason."""
        self.verdict = lab_answers.refused(verdict)
        raise AuthenticationFailed(verdict.reason, code=verdict.code)

    def own_login(self, request: Request) -> Login:
        """The login that asks.

        Raises:
            AuthenticationFailed: the strategy refused the credential.
            ValidationError: the login was pruned.
        """
        login = self.known_login(self.judge(request).login_id)
        if login is None:
            raise ValidationError("This credential belongs to no login")
        return login

    def known_login(self, login_id: uuid.UUID | None) -> Login | None:
        """The login that a strategy named; asked by the page, not by the request."""
        with untraced():
            known = Login.objects.select_related("user")
            return known.filter(pk=login_id).first() if login_id else None

    def hand_out(self, response: Response, credential: Credential) -> None:
        """Give the client its credential: a cookie, or the tokens in the body."""
        self.credential = credential.value
        if self.strategy.family is Family.SESSION:
            self._set_cookie(response, credential)
            return
        response.data["access"] = credential.value
        if credential.refresh:
            response.data["refresh"] = credential.refresh

    def _set_cookie(self, response: Response, credential: Credential) -> None:
        slug = self.strategy.slug
        response.set_cookie(
            lab.cookie_name(slug),
            credential.value,
            expires=credential.expires,
            path=lab.cookie_path(slug),
            httponly=True,
            secure=not settings.DEMO,
            samesite="Strict",
        )

    def drop(self, response: Response) -> None:
        """Tell the client to forget its credential."""
        self.browser = lab_answers.DROPPED
        if self.strategy.family is Family.SESSION:
            slug = self.strategy.slug
            path = lab.cookie_path(slug)
            response.delete_cookie(lab.cookie_name(slug), path=path, samesite="Strict")

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the verdict, the trace and, when asked for, who holds what."""
        if self.replacement and lab.cookie_name(self.strategy.slug) not in response.cookies:
            self._set_cookie(response, self.replacement)
        if hasattr(self, "strategy") and isinstance(response.data, dict):
            lab_answers.complete(self, request, response)
        return super().finalize_response(request, response, *args, **kwargs)


@extend_schema(parameters=[SLUG])
class LabLogin(LabView):
    """Log in."""

    @extend_schema(request=serializers.NamePassword, responses=lab_answers.LabAnswer)
    def post(self, request: Request, slug: str) -> Response:
        """Check a throwaway user's password and hand out this strategy's credential."""
        if self.strategy.family is Family.SESSION:
            enforce_csrf(request._request)
        body = serializers.NamePassword(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = lab.sign_in(**body.validated_data)
        except lab.LabRefused:
            self.refuse(
                Refused("check password", "no_active_account", "No throwaway user is called so")
            )
        self.login = lab.begin(user, self.strategy)
        credential = self.strategy.issue(self.login)
        self.verdict = lab_answers.did("log in", "signed_in", "Signed in")
        response = Response({"user": lab_answers.user(user, user.role)})
        self.hand_out(response, credential)
        return response


@extend_schema(parameters=[SLUG])
class LabMe(LabView):
    """Send a request."""

    @extend_schema(responses={200: lab_answers.LabAnswer, 401: lab_answers.LabAnswer})
    def get(self, request: Request, slug: str) -> Response:
        """Who the credential belongs to, as the strategy sees it."""
        accepted = self.judge(request)
        if lab_answers.wants_holds(request):
            self.login = self.known_login(accepted.login_id)
        return Response({"user": lab_answers.user(accepted.user, accepted.role)})


@extend_schema(parameters=[SLUG])
class LabRefresh(LabView):
    """Spend a refresh token."""

    @extend_schema(
        request=serializers.Refresh,
        responses={200: lab_answers.LabAnswer, 401: lab_answers.LabAnswer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """A new access token, where the strategy has refresh tokens."""
        if not self.strategy.refreshes:
            raise NotFound("This strategy has no refresh tokens")
        body = serializers.Refresh(data=request.data)
        body.is_valid(raise_exception=True)
        refresh = body.validated_data["refresh"]
        note_credential("body", "refresh", refresh)
        client = client_fingerprint(request._request, self.strategy.realm)
        renewed = self.strategy.renew(refresh, client=client)
        if isinstance(renewed, Refused):
            self.refuse(renewed)
        self.verdict = lab_answers.did("refresh", "refreshed", "A new access token was issued")
        response = Response({})
        self.hand_out(response, renewed)
        return response


@extend_schema(parameters=[SLUG])
class LabLogout(LabView):
    """Log out."""

    @extend_schema(request=None, responses={200: lab_answers.LabAnswer, 401: lab_answers.LabAnswer})
    def post(self, request: Request, slug: str) -> Response:
        """Let the strategy end this login as far as it can, and the client drop its credential."""
        self.login = self.own_login(request)
        before = lab_answers.rows(self.strategy, self.login, self.credential)
        self.strategy.revoke(self.login, self.credential)
        after = lab_answers.rows(self.strategy, self.login, self.credential)
        self.verdict = lab_answers.did("log out", "logged_out", lab_answers.changed(before, after))
        response = Response({})
        self.drop(response)
        return response


@extend_schema(parameters=[SLUG])
class ThiefCopy(LabView):
    """The thief copies the credential."""

    @extend_schema(request=None, responses=lab_answers.Copied)
    def post(self, request: Request, slug: str) -> Response:
        """The credential of this request, encrypted: no script reads it, nothing is stored."""
        accepted = self.judge(request)
        visitor = visitor_known(request._request)
        loot = lab.Loot(slug, accepted.login_id, self.credential, visitor)
        return Response({"copy": lab.seal(loot)})


@extend_schema(parameters=[SLUG])
class ThiefReplay(LabView):
    """The thief replays the copy."""

    @extend_schema(request=lab_answers.Copied, responses=lab_answers.Replayed)
    def post(self, request: Request, slug: str) -> Response:
        """Send the stolen credential from another HTTP client, and say what it got."""
        body = lab_answers.Copied(data=request.data)
        body.is_valid(raise_exception=True)
        loot = lab.unseal(body.validated_data["copy"])
        if loot is None or (loot.slug, loot.visitor) != (slug, visitor_known(request._request)):
            raise ValidationError({"copy": ["This is not a copy that the thief made here."]})
        base_url = f"{request.scheme}://{request.get_host()}"
        code, answer = lab.replay(loot, base_url)
        if lab_answers.wants_holds(request):
            login = self.known_login(loot.login_id)
            answer["holds"] = lab_answers.holds(self.strategy, login, loot.credential)
        self.verdict = lab_answers.did("replay", "replayed", "The thief sent its copy")
        return Response({"status": code, "body": answer})
