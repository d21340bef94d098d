"""The ways in which the shop's page keeps a login: its houses, each with its lock.

``shop.localhost/<play>/<house>/`` is the root of a house; its cookies are sent there alone.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse

from accounts.attacks.stage.hosts import Party, origin_of
from accounts.models import AttackPlay, ShopLogin, proof_note
from accounts.tokens.codec import Claims, decode, issue
from accounts.tokens.proofs import key_thumbprint, proof_check
from accounts.tokens.realm import TokenRefused, TokenType, shop_realm

SHORT = timedelta(seconds=2)
_COOKIE, _RENEWS = "shop", "shop_refresh"


class House(ABC):
    """One way to keep a login in a page. The subclass's docstring explains it on the page."""

    slug: ClassVar[str]
    #: what stands in a table: "JWT in localStorage"
    title: ClassVar[str]
    family: ClassVar[str] = "jwt"
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, play: AttackPlay) -> None:
        self.play = play
        lifetime = SHORT if "short-life" in play.defences else shop_realm().access_lifetime
        self.realm = shop_realm().short_lived(lifetime, logins=False)

    @property
    def path(self) -> str:
        """The root of the house."""
        return f"/{self.play.pk}/{self.slug}/"

    def log_in(self, customer: str, body: dict[str, Any]) -> JsonResponse:
        """Begin a login of a customer; the answer carries the credential."""
        login = ShopLogin.objects.create(play=self.play, house=self.slug, customer=customer)
        return self.answer(login, body)

    @abstractmethod
    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        """The answer to a log-in: what the page is to keep, and the cookies."""

    @abstractmethod
    def check(self, request: HttpRequest) -> ShopLogin:
        """Who sends a request.

        Raises:
            TokenRefused: nobody that the shop knows.
        """

    def renew(self, request: HttpRequest, body: dict[str, Any]) -> JsonResponse:
        """Another access token.

        Raises:
            TokenRefused: for this request there is none.
        """
        raise TokenRefused("renew", "no_renewal", "This house renews nothing")

    def token(self, login: ShopLogin, kind: TokenType, extra: dict[str, Any] | None = None) -> str:
        """A token of the shop. It names a login; who its customer is, the login says."""
        return issue(
            self.realm,
            token_type=kind,
            user_id=1,
            sid=login.pk,
            login_expires=login.created + self.realm.login_lifetime,
            extra=extra,
        )

    def opened(self, token: str, kind: TokenType = "access") -> tuple[ShopLogin, Claims]:
        """The login of a token, and what else the token says."""
        claims = decode(self.realm, token, token_type=kind)
        return self.known(pk=claims.sid), claims

    def known(self, **which: Any) -> ShopLogin:
        """A login of this house."""
        login = ShopLogin.objects.filter(play=self.play, house=self.slug, **which).first()
        if login is None:
            raise TokenRefused("load login", "login_unknown", "The shop knows no such login")
        return login

    def keep_cookie(self, answer: JsonResponse, name: str, value: str) -> None:
        """Let the answer set a cookie that no script reads; ``Lax``, so no other site's form."""
        answer.set_cookie(name, value, path=self.path, httponly=True, samesite="Lax")


def bearer(request: HttpRequest, scheme: str = "Bearer") -> str:
    """The token of the ``Authorization`` header; empty without one."""
    found, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if found.lower() == scheme.lower() else ""


class LocalStorage(House):
    """Access and refresh token lie in localStorage, where every script of the page can read them.

    The page sends the access token itself.
    """

    slug, title = "local-storage", "JWT in localStorage"

    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        return JsonResponse(
            {"access": self.token(login, "access"), "refresh": self.token(login, "refresh")}
        )

    def check(self, request: HttpRequest) -> ShopLogin:
        return self.opened(bearer(request))[0]

    def renew(self, request: HttpRequest, body: dict[str, Any]) -> JsonResponse:
        login, _ = self.opened(str(body.get("refresh", "")), "refresh")
        return JsonResponse({"access": self.token(login, "access")})


class Variable(LocalStorage):
    """The access token lives in a variable of the page's script, and is gone after a reload.

    Then the page asks for the next one: an HttpOnly cookie holds the refresh token.
    """

    slug, title = "variable", "JWT in a variable"

    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        answer = JsonResponse({"access": self.token(login, "access")})
        self.keep_cookie(answer, _RENEWS, self.token(login, "refresh"))
        return answer

    def renew(self, request: HttpRequest, body: dict[str, Any]) -> JsonResponse:
        login, _ = self.opened(request.COOKIES.get(_RENEWS, ""), "refresh")
        return JsonResponse({"access": self.token(login, "access")})


class JwtCookie(House):
    """The JWT itself is an HttpOnly cookie: the browser sends it, and no script reads it."""

    slug, title = "jwt-cookie", "JWT in an HttpOnly cookie"

    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        answer = JsonResponse({})
        self.keep_cookie(answer, _COOKIE, self.token(login, "access"))
        return answer

    def check(self, request: HttpRequest) -> ShopLogin:
        return self.opened(request.COOKIES.get(_COOKIE, ""))[0]


class SessionCookie(House):
    """A random session key in an HttpOnly cookie; the server looks it up."""

    slug, title, family = "session-cookie", "Session in an HttpOnly cookie", "session"

    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        key = secrets.token_urlsafe(32)
        ShopLogin.objects.filter(pk=login.pk).update(digest=self.realm.digest(key))
        answer = JsonResponse({})
        self.keep_cookie(answer, _COOKIE, key)
        return answer

    def check(self, request: HttpRequest) -> ShopLogin:
        return self.known(digest=self.realm.digest(request.COOKIES.get(_COOKIE, "")))


class ServerOfItsOwn(SessionCookie):
    """The page has a server of its own (a backend for a frontend, BFF).

    That server keeps the token; the browser has nothing but the cookie of a session there.
    """

    slug, title, family = "bff", "Token behind a server of its own", "session"

    def check(self, request: HttpRequest) -> ShopLogin:
        """The page's server finds the session, and asks the shop with a token of its own."""
        login = super().check(request)
        return self.opened(self.token(login, "access"))[0]


class BoundKey(House):
    """The token counts only with a proof, signed for this one request (DPoP, RFC 9449).

    The key that signs lies in the browser, which uses it for the page and hands it out to nobody.
    """

    slug, title = "bound-key", "JWT bound to a key"

    def answer(self, login: ShopLogin, body: dict[str, Any]) -> JsonResponse:
        thumbprint = key_thumbprint(body.get("jwk"))
        return JsonResponse({"access": self.token(login, "access", {"cnf": {"jkt": thumbprint}})})

    def check(self, request: HttpRequest) -> ShopLogin:
        token = bearer(request, "DPoP")
        login, claims = self.opened(token)
        proof = proof_check(
            request.META.get("HTTP_DPOP", ""),
            method=request.method or "",
            url=f"{origin_of(Party.SHOP, self.play.home)}{request.path}",
            token=token,
        )
        if claims.extra.get("cnf") != {"jkt": proof.thumbprint}:
            raise TokenRefused("check proof", "other_key", "The proof is of another key")
        if not proof_note(self.realm.digest(f"{proof.thumbprint} {proof.jti}"), proof.expires):
            raise TokenRefused("check proof", "seen", "The proof was used before")
        return login


def house_words(houses: Iterable[type[House]]) -> dict[str, str]:
    """What each house is, for whoever reads its title: its docstring."""
    return {house.title: " ".join((house.__doc__ or "").split()) for house in houses}


HOUSES: tuple[type[House], ...] = (
    LocalStorage,
    Variable,
    JwtCookie,
    SessionCookie,
    ServerOfItsOwn,
    BoundKey,
)
_BY_SLUG = {house.slug: house for house in HOUSES}


def house_of(play: AttackPlay, slug: str) -> House | None:
    """A house of the shop in one play."""
    found = _BY_SLUG.get(slug)
    return found(play) if found else None
