"""The words of this site, in the order of the alphabet: what its pages call things."""

from dataclasses import dataclass

from django.utils.text import slugify


@dataclass(frozen=True, slots=True)
class Source:
    """Where a word is defined."""

    title: str
    url: str


def _rfc(number: int, section: str) -> Source:
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return Source(f"RFC {number}, section {section}", url)


def _owasp(page: str) -> Source:
    return Source("OWASP", f"https://owasp.org/www-community/{page}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in two sentences: what it is, and why it matters here.

    ``seen`` is the path of the page that shows it at work.
    """

    name: str
    what: str
    why: str
    seen: str = ""
    source: Source | None = None
    #: also a word of every day: then a text that has it does not always mean this
    everyday: bool = False

    @property
    def anchor(self) -> str:
        """Its id on the page: ``session-key``."""
        return slugify(self.name)


WORDS = (
    Word(
        "access token",
        "A token that lets its bearer in, sent with each request and valid for a short time.",
        "When it has expired, the client gets the next one with its refresh token.",
        seen="/lab/jwt-rotating/",
        source=_rfc(6749, "1.4"),
    ),
    Word(
        "alg",
        "The field in a token’s header that names the algorithm of its signature, such as HS256.",
        "A server must decide by itself which one it takes: whoever forges a token writes it too.",
        seen="/attacks/forged-token/",
        source=_rfc(7515, "4.1.1"),
    ),
    Word(
        "aud",
        "The claim that says for which server a token is meant, its audience.",
        "A server that does not look at it lets in who has a token for a neighbour.",
        seen="/inspector/",
        source=_rfc(7519, "4.1.3"),
    ),
    Word(
        "bearer token",
        "A token that works for whoever holds it, like cash.",
        "A thief’s copy is as good as the original until the server finds a reason to refuse it.",
        seen="/lab/opaque/",
        source=_rfc(6750, "1.2"),
    ),
    Word(
        "blacklist",
        "A table of tokens and logins that were ended before their time, asked with each request.",
        "A row can be deleted as soon as its token has expired, leeway included.",
        seen="/lab/jwt-blacklist/",
    ),
    Word(
        "Bloom filter",
        "A row of bits in place of a list: of an id it says “certainly not in it” or “perhaps”.",
        "Nearly every token gets the certain no, and a perhaps costs a look into the blacklist.",
        seen="/lab/jwt-bloom/",
    ),
    Word(
        "bounce",
        "A log-in bounces when the first request after it is refused, although nobody logged out.",
        "It happens where the one who is asked has not heard of the log-in yet, as a late replica.",
        seen="/cluster/#replica-behind",
    ),
    Word(
        "bytes of a credential",
        "The length of a token or of a cookie’s value alone, without the name of its header.",
        "A token has some three bytes more for each digit of its user’s number.",
        seen="/benchmarks/",
    ),
    Word(
        "claim",
        "One fact that is written into a token, such as who its user is or when it expires.",
        "Here it is also a sentence that people say of logins, with an experiment that tests it.",
        seen="/claims/",
        source=_rfc(7519, "4"),
    ),
    Word(
        "cookie",
        "A small text from a server that the browser sends back by itself with later requests.",
        "It can carry the key of a session or a whole token.",
        seen="/lab/session-db/",
        source=_rfc(6265, "3"),
    ),
    Word(
        "credential",
        "What a client sends to show that it is logged in: a cookie’s value or a bearer token.",
        "Whoever sends a copy of it is taken for its owner.",
        seen="/",
    ),
    Word(
        "CSRF",
        "Cross-site request forgery: another site makes your browser send your cookie here.",
        "No browser adds a bearer token to a request by itself, so it is safe from this.",
        source=_owasp("attacks/csrf"),
    ),
    Word(
        "digest",
        "A fingerprint of a value, from which a long random value cannot be computed back.",
        "Who steals a table with nothing but digests of keys has no key that works.",
        seen="/lab/session-joined/",
    ),
    Word(
        "DPoP",
        "A way to bind a token to a private key, with which the client signs a proof per request.",
        "A copy of the token alone is then worth nothing.",
        seen="/lab/jwt-dpop/",
        source=_rfc(9449, "4"),
    ),
    Word(
        "event",
        "Something that ought to end or change logins, such as a log-out or a new password.",
        "The lab plays every event against every way.",
        seen="/lab/",
    ),
    Word(
        "exp",
        "The claim that says when a token expires, in seconds since the start of 1970.",
        "From then on it must be refused, but for a small leeway.",
        seen="/inspector/",
        source=_rfc(7519, "4.1.4"),
    ),
    Word(
        "fail open",
        "To let everybody in while what ought to be asked cannot be asked.",
        "The other choice, to fail closed, lets nobody in: neither a thief nor an owner.",
        seen="/lab/events/store-down/",
    ),
    Word(
        "ghost",
        "A copy that is still let in after its log-out, as the one who is asked does not know yet.",
        "How long it walks tells how far behind that one is.",
        seen="/cluster/#replica-behind",
    ),
    Word(
        "grace",
        "A few seconds in which a refresh token that was just spent may be used again.",
        "It spares clients that send several requests at once, and hides a thief who is as quick.",
        seen="/lab/jwt-rotating/",
    ),
    Word(
        "HS256",
        "A signature with one secret (HMAC with SHA-256), by which a token is signed and verified.",
        "Who can verify such a token can also forge one, so the secret stays with one server.",
        seen="/attacks/guessed-secret/",
        source=_rfc(7518, "3.2"),
    ),
    Word(
        "HttpOnly",
        "A mark on a cookie that hides it from the scripts in the page.",
        "An attacker’s script cannot copy such a cookie, but it can still send requests with it.",
        source=_rfc(6265, "4.1.2.6"),
    ),
    Word(
        "introspection",
        "A question to the server that issued a token: is it active, and whose is it?",
        "So a service can find out that a token was revoked, at the price of a request.",
        seen="/api/docs/",
        source=_rfc(7662, "2"),
    ),
    Word(
        "iss",
        "The claim that says which server has issued a token, its issuer.",
        "It tells a service that trusts several issuers whose keys to use.",
        seen="/inspector/",
        source=_rfc(7519, "4.1.1"),
    ),
    Word(
        "jti",
        "The claim with the id of a token, a different one for each token.",
        "A blacklist names a token by it and need not store the token itself.",
        seen="/lab/jwt-blacklist/",
        source=_rfc(7519, "4.1.7"),
    ),
    Word(
        "JWK",
        "JSON Web Key: a key written as JSON, of which a server publishes a set, its JWKS.",
        "A token that brings a key of its own (jwk) or its address (jku) proves nothing.",
        seen="/attacks/forged-token/",
        source=_rfc(7517, "4"),
    ),
    Word(
        "JWKS",
        "JSON Web Key Set: the public keys of a server as JSON, at an address that all may ask.",
        "Another service verifies tokens with it, and learns of a new key before it is used.",
        seen="/lab/events/key-rotated-overlap/",
        source=_rfc(7517, "5"),
    ),
    Word(
        "JWT",
        "JSON Web Token: claims in a form that fits into a header, here always signed.",
        "Everybody who holds it can read it, but without the key nobody can change it unnoticed.",
        seen="/inspector/",
        source=_rfc(7519, "3"),
    ),
    Word(
        "kid",
        "The field in a token’s header that names the key of its signature, a key id.",
        "While keys are changed, old and new tokens are each verified with their own.",
        seen="/lab/events/key-rotated/",
        source=_rfc(7515, "4.1.4"),
    ),
    Word(
        "lane",
        "One half of the first page: a way with a user, a login and a thief of its own.",
        "Both lanes take the same step at once, so all that differs is the way.",
        seen="/",
        everyday=True,
    ),
    Word(
        "leeway",
        "The seconds that a server allows because two clocks never agree quite.",
        "A token is accepted for that much longer than it says.",
        seen="/claims/clocks-must-agree/",
        source=_rfc(7519, "4.1.4"),
    ),
    Word(
        "login",
        "One device of one user that is signed in, whichever strategy carries it.",
        "Ending one login leaves the user’s other devices alone.",
        seen="/lab/events/log-out/",
    ),
    Word(
        "median",
        "The value in the middle when all measured values stand in order.",
        "One slow request hardly moves it, while it would move an average.",
        seen="/benchmarks/",
    ),
    Word(
        "nbf",
        "The claim that says from when on a token may be used: not before.",
        "A server whose clock is behind refuses a new token that carries it.",
        seen="/inspector/",
        source=_rfc(7519, "4.1.5"),
    ),
    Word(
        "opaque token",
        "A random string that means nothing by itself: the server looks it up.",
        "It is sent like a JWT and ended like a session.",
        seen="/lab/opaque/",
    ),
    Word(
        "pair",
        "Two ways side by side on the first page; or an access token and its refresh token.",
        "The tokens of a pair come from one log-in or refresh, and a rotation replaces both.",
        seen="/",
        everyday=True,
    ),
    Word(
        "PASETO",
        "A format of signed tokens like JWT, in which the version alone decides the algorithm.",
        "Nobody can forge by naming another algorithm; a log-out ends it no sooner than a JWT.",
        seen="/claims/paseto-fixes-jwt/",
        source=Source("PASETO", "https://github.com/paseto-standard/paseto-spec"),
    ),
    Word(
        "primary database",
        "The database that takes every change; its replicas copy it.",
        "While it is away nobody can log in or out, and who reads a replica is told old news.",
        seen="/cluster/#primary-down",
    ),
    Word(
        "refresh token",
        "A token that is good for one thing: to get a new access token.",
        "It lives longer and is seldom sent, and a log-out can be noticed when it is used.",
        seen="/lab/jwt-rotating/",
        source=_rfc(6749, "1.5"),
    ),
    Word(
        "replay",
        "To send a copied credential once more, as a thief would.",
        "The lab replays a copy after each event and shows what it got.",
        seen="/lab/",
    ),
    Word(
        "replica",
        "A second database that copies every change of the first, a moment later.",
        "Who asks it at once after a log-out may still be told that the login lives.",
        seen="/cluster/",
    ),
    Word(
        "resource server",
        "A service that accepts tokens which another server has issued.",
        "It may know the public keys alone, and then it hears of no log-out.",
        seen="/cluster/",
        source=_rfc(6749, "1.1"),
    ),
    Word(
        "revocation",
        "Ending a token or a login before it expires, so that every copy is refused.",
        "A signature cannot tell that it happened, so the server has to look something up.",
        seen="/lab/events/log-out/",
        source=_rfc(7009, "2"),
    ),
    Word(
        "rotation",
        "Replacing a secret by a new one: a refresh token at each use, a signing key now and then.",
        "A spent refresh token that comes back later shows that two hold a copy.",
        seen="/lab/events/refresh-replayed/",
        source=_rfc(9700, "4.14.2"),
    ),
    Word(
        "SameSite",
        "A mark on a cookie: does it go along with requests that another site has started?",
        "With Lax it goes along when somebody follows a link, but not when that site posts a form.",
        source=_owasp("SameSite"),
    ),
    Word(
        "scenario",
        "One strategy and one event, played over HTTP with two devices and a thief.",
        "The copy is sent after the event, so the result is measured and not assumed.",
        seen="/lab/",
    ),
    Word(
        "session",
        "What a server remembers of a visitor, found by the key in the visitor’s cookie.",
        "To delete it is to log out, on every device that has the key.",
        seen="/lab/session-db/",
    ),
    Word(
        "session key",
        "The random characters in a session’s cookie, by which the server finds the session.",
        "There is nothing in it to read, and it is too long to guess.",
        seen="/lab/session-db/",
    ),
    Word(
        "sid",
        "The claim with the id of the login that a token belongs to.",
        "All tokens of a login share it, so one row can end them all.",
        seen="/lab/jwt-blacklist/",
        source=Source(
            "OpenID Connect Front-Channel Logout",
            "https://openid.net/specs/openid-connect-frontchannel-1_0.html",
        ),
    ),
    Word(
        "signature",
        "A value that only who has the key can compute, for exactly these bytes of a token.",
        "It shows who wrote the token and says nothing of a log-out since.",
        seen="/inspector/",
        source=_rfc(7515, "3"),
    ),
    Word(
        "simplejwt",
        "A library for JWTs in Django; its full name is djangorestframework-simplejwt.",
        "By default it looks up the user with each request, and no log-out ends an access token.",
        seen="/lab/jwt-user/",
        source=Source(
            "Simple JWT", "https://django-rest-framework-simplejwt.readthedocs.io/en/latest/"
        ),
    ),
    Word(
        "spread",
        "How far the measured values of one thing lie apart.",
        "A difference within the spread may be chance, so no page here speaks of one.",
        seen="/benchmarks/",
    ),
    Word(
        "status list",
        "A signed list that anybody may fetch, with one bit for each token: has it ended?",
        "Who judges tokens keeps a copy for a while, so a log-out counts with the next copy.",
        seen="/lab/jwt-status-list/",
        source=Source(
            "Token Status List", "https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/"
        ),
    ),
    Word(
        "strategy",
        "One way to carry a login and to end it, such as a session or a JWT with a blacklist.",
        "Most pages call it a way; this is its name in the code.",
        seen="/lab/",
    ),
    Word(
        "transcript",
        "All requests and answers of a scenario, with what the server did for each.",
        "It lets you check the result in a cell of the lab.",
        seen="/lab/",
    ),
    Word(
        "version counter",
        "A number on the user’s row that every token has to repeat.",
        "To raise it refuses all older tokens without another query, on all devices at once.",
        seen="/lab/jwt-version/",
    ),
    Word(
        "way",
        "How a login is carried and ended, such as by a session or a JWT with a blacklist.",
        "What differs is where the server looks for each request, and what it notices there.",
        seen="/lab/",
        everyday=True,
    ),
    Word(
        "XSS",
        "Cross-site scripting: an attacker’s script runs in a page as if it were part of it.",
        "It can copy a token that scripts can read, and act as the user while the page is open.",
        source=_owasp("attacks/xss/"),
    ),
)
