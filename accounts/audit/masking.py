"""An exchange as it may be kept: no password, no credential, nothing that looks like one."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from accounts.lab.transcript import Exchange, Who
from accounts.tracing.redaction import mask, redact

_SENT = {"authorization", "content-type", "cookie", "origin", "x-csrftoken", "x-session-token"}
_RECEIVED = {"content-type", "location", "retry-after", "server-timing", "set-cookie"}
_RECEIVED |= {"www-authenticate"}
_BODY = 2000  # characters that are kept of an answer that is no JSON
_SECRET_FIELDS = ("password", "token", "access", "refresh", "key", "secret", "csrf", "session")


class Masks:
    """The secrets that an audit has met, which are masked wherever they turn up."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add(self, *secrets: str) -> None:
        """Remember secrets; what is too short to be one is left out."""
        self._secrets.update(secret for secret in secrets if len(secret) > 3)  # noqa: PLR2004

    def text(self, found: str) -> str:
        """A text without them, and without what looks like one."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            found = found.replace(secret, mask(secret))
        return redact(found)

    def json(self, found: Any, name: str = "") -> Any:
        """The same for what JSON or a form holds."""
        match found:
            case dict():
                return {key: self.json(value, str(key)) for key, value in found.items()}
            case list():
                return [self.json(value, name) for value in found]
            case str() if any(word in name.lower() for word in _SECRET_FIELDS):
                return ".".join(mask(part) for part in found.split(".")) if found else ""
            case str():
                return self.text(found)
        return found

    def headers(self, found: httpx.Headers, shown: Iterable[str]) -> dict[str, str]:
        """The headers that matter, their credentials masked."""
        return {
            name.title(): self._header(name, value)
            for name, value in found.items()
            if name in shown or name.startswith("x-csrf")
        }

    def _header(self, name: str, value: str) -> str:
        match name:
            case "cookie":
                return "; ".join(_cookie(pair) for pair in value.split("; "))
            case "set-cookie":
                return ", ".join(_cookie(pair) for pair in value.split(", "))
            case "authorization":
                scheme, _, token = value.partition(" ")
                return f"{scheme} {'.'.join(mask(part) for part in token.split('.'))}"
            case "content-type" | "origin" | "server-timing" | "retry-after":
                return value
        return mask(value) if name.startswith("x-") else self.text(value)


def _cookie(pair: str) -> str:
    first, separator, attributes = pair.partition(";")
    name, equals, value = first.partition("=")
    if "," not in pair and not equals:
        return pair  # the rest of a date
    shown = mask(value) if value.strip('"') else value
    return f"{name}={shown}{separator}{attributes}"


def exchange(
    masks: Masks,
    who: Who,
    title: str,
    sent: tuple[httpx.Request, Mapping[str, Any] | None],
    response: httpx.Response,
    at_ms: float,
) -> Exchange:
    """What was sent and came back, fit to be kept. ``sent`` is the request and its body."""
    request, body = sent
    query = urlencode(masks.json(dict(parse_qsl(request.url.query.decode()))))
    return Exchange(
        who,
        title,
        {
            "method": request.method,
            "path": masks.text(request.url.path) + (f"?{query}" if query else ""),
            "headers": masks.headers(request.headers, _SENT),
            "body": masks.json(body) if body is not None else None,
        },
        {
            "status": response.status_code,
            "headers": masks.headers(response.headers, _RECEIVED),
            "body": _answer(masks, response),
        },
        None,
        at_ms,
    )


def _answer(masks: Masks, response: httpx.Response) -> Any:
    try:
        return masks.json(json.loads(response.content)) if response.content else None
    except (ValueError, RecursionError):
        return masks.text(response.text)[:_BODY]
