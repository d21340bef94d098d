"""Credentials are masked before an exchange is written down: what is not kept cannot leak."""

from collections.abc import Mapping
from typing import Any

from accounts.tracing.redaction import mask

_SHOWN = frozenset(
    {"authorization", "content-type", "cookie", "origin", "user-agent", "x-csrftoken"}
)
_SECRET = frozenset({"access", "refresh", "password", "csrf_token", "copy"})


def credential(value: str) -> str:
    """The first characters of each part of a token, or of the whole of something opaque."""
    return ".".join(mask(part) for part in value.split("."))


def headers(sent: Mapping[str, str]) -> dict[str, str]:
    """The headers that matter here, by their usual names."""
    return {
        name.title().replace("Csrft", "CSRFT"): _header(name, value)
        for name, value in sent.items()
        if name in _SHOWN
    }


def _header(name: str, value: str) -> str:
    match name:
        case "authorization":
            scheme, _, token = value.partition(" ")
            return f"{scheme} {credential(token)}"
        case "cookie":
            return "; ".join(_cookie(pair) for pair in value.split("; "))
        case "x-csrftoken":
            return mask(value)
    return value


def _cookie(pair: str) -> str:
    name, _, value = pair.partition("=")
    return f"{name}={mask(value)}"


def body(sent: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A JSON body with what is secret in it masked."""
    if sent is None:
        return None
    return {
        name: credential(str(value)) if name in _SECRET else value for name, value in sent.items()
    }
