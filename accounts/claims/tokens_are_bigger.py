"""Tokens are much bigger on the wire."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from hpack import Encoder

from accounts.bench.client import me_path
from accounts.bench.subjects import Subject
from accounts.claims import (
    Claim,
    Evidence,
    Kind,
    Laboratory,
    Measurement,
    Progress,
    Source,
    Verdict,
)

if TYPE_CHECKING:
    import httpx

MUCH = 3  # times as many bytes
LOGINS = 20
REQUESTS = 3  # on one connection: the table of HTTP/2 is full after the first
WAYS = {"session": "session-joined", "jwt": "jwt-blacklist-joined"}
CASES = {
    "plain": "HTTP/1.1, each request",
    "first": "HTTP/2, first request of a connection",
    "later": "HTTP/2, later request",
    "unindexed": "HTTP/2, later request, client indexes no credential",
}

Headers = list[tuple[str, str]]


class TokensAreBigger(Claim):
    """Log in with a cookie session and with a JWT, and weigh what each adds to a request.

    The headers of three requests are written as HTTP/1.1 sends them, and packed as HTTP/2 does
    (HPACK, RFC 7541): with a table that both ends fill, and by a client that keeps credentials out
    of the table. The same headers without a credential are taken off.
    """

    slug = "tokens-are-bigger"
    said = "Tokens are much bigger on the wire than session cookies."
    source = Source(
        "Sven Slootweg (joepie91)",
        "2016",
        "http://cryto.net/~joepie91/blog/2016/06/13/stop-using-jwt-for-sessions/",
        "A token takes up more space than a session's id, and travels with every request.",
    )
    against = Source(
        "R. Peon, H. Ruellan (RFC 7541)",
        "2015",
        "https://www.rfc-editor.org/rfc/rfc7541",
        "HTTP/2 sends a header that it has sent before as a number of a table.",
    )
    limits = (
        f"Holds where a token adds more than {MUCH} times a cookie's bytes, however it is sent.",
        f"Does not hold where it adds at most {MUCH} times as many, even in HTTP/1.1.",
        f"Depends on how it is sent, where only some ways add more than {MUCH} times the bytes.",
    )
    caveat = (
        "The server of this demo speaks HTTP/1.1: the sizes of HTTP/2 are computed from real "
        "headers, not sent. A proxy in front may speak HTTP/2 to browsers and HTTP/1.1 to the site."
    )
    order = 110

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        number = lab.number(LOGINS)
        sizes: dict[str, list[int]] = {f"{case}-{way}": [] for case in CASES for way in WAYS}
        for done in range(number):
            yield Progress("logging in", done, number)
            for way, slug in WAYS.items():
                for case, size in added_bytes(lab.sign_in(slug)).items():
                    sizes[f"{case}-{way}"].append(size)
        yield Evidence.from_measurements(
            Measurement.from_samples(
                f"{case}-{way}",
                sizes[f"{case}-{way}"],
                group="Bytes that the credential adds to a request",
                title=f"{title}: {'cookie' if way == 'session' else 'token'}",
                unit="B",
                family=way,
            )
            for case, title in CASES.items()
            for way in WAYS
        )

    def judge(self, evidence: Evidence) -> Verdict:
        ratios = {
            case: evidence[f"{case}-jwt"].median / max(1, evidence[f"{case}-session"].median)
            for case in CASES
        }
        holds, fails, depends = self.limits
        plain, later = ratios["plain"], ratios["later"]
        words = (
            f"In HTTP/1.1 the token adds {plain:.1f} times the bytes of the cookie, "
            f"in a later request of HTTP/2 {later:.1f} times."
        )
        if plain <= MUCH:
            return Verdict(Kind.FAILS, words, fails)
        if min(ratios.values()) > MUCH:
            return Verdict(Kind.HOLDS, words, holds)
        tipping = (
            f"With HTTP/2 and a client that indexes it, a token costs "
            f"{evidence['later-jwt'].median:.0f} B from the second request on; with a client that "
            f"does not, {evidence['unindexed-jwt'].median:.0f} B."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def added_bytes(subject: Subject) -> dict[str, int]:
    """What a login's credential adds to a request, by case."""
    import httpx  # late, as the lab does

    url = httpx.URL(f"https://example.org{me_path(subject.slug)}")
    bare = [
        (name.lower(), text)
        for name, text in httpx.Client().build_request("GET", url).headers.items()
    ]
    full = [*bare, credential_header(subject)]
    return {
        "plain": _plain(full) - _plain(bare),
        "first": _packed(full, url)[0] - _packed(bare, url)[0],
        "later": _packed(full, url)[-1] - _packed(bare, url)[-1],
        "unindexed": _packed(full, url, secret=True)[-1] - _packed(bare, url)[-1],
    }


def credential_header(subject: Subject) -> tuple[str, str]:
    """The header by which a browser or a client of the site would send the credential."""
    [(name, text)] = subject.headers.items()
    if name == "Cookie":  # under the name that the site's own cookie has, not the lab's
        text = f"{settings.SESSION_COOKIE_NAME}={subject.credential.value}"
    return name.lower(), text


def _plain(headers: Headers) -> int:
    return sum(len(f"{name}: {text}\r\n") for name, text in headers)


def _packed(headers: Headers, url: "httpx.URL", *, secret: bool = False) -> list[int]:
    """Bytes of each of the requests that follow each other on one connection."""
    encoder = Encoder()
    pseudo = [
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", url.host),
        (":path", url.path),
    ]
    block = [
        (name, text, secret and name in ("authorization", "cookie"))
        for name, text in [*pseudo, *headers]
        if name not in ("host", "connection")
    ]
    return [len(encoder.encode(block)) for _ in range(REQUESTS)]
