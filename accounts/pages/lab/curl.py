"""An exchange of a transcript as a curl command, with a placeholder where a credential was."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

# Shell variables: what the transcript does not hold, the reader fills in.
_SECRET_FIELDS = {
    "username": "$USERNAME",
    "password": "$PASSWORD",
    "refresh": "$REFRESH",
    "copy": "$COPY",
}
_PLACEHOLDERS = ("USERNAME", "PASSWORD", "REFRESH", "COPY", "TOKEN", "PROOF", "CSRF", "COOKIE")
_SECRET_HEADERS = {"dpop": "DPoP: $PROOF", "x-csrftoken": "X-CSRFToken: $CSRF"}
# What a shell would read inside double quotes, our placeholders apart.
_SPECIAL = re.compile(rf'[\\"`]|\$(?!(?:{"|".join(_PLACEHOLDERS)})\b)')
# What curl says by itself, or what means nothing outside the scenario.
_LEFT_OUT = frozenset({"host", "accept", "accept-encoding", "connection", "user-agent"})
_LEFT_OUT |= {"content-length", "origin"}


def curl(request: Mapping[str, Any], origin: str) -> str:
    """The command, a line per argument. ``origin`` is this site's ``http://host:port``."""
    parts = ["curl", *_method(request), _double(f"{origin}{request['path']}")]
    headers = dict(request["headers"])
    if origin.startswith("https:") and "X-CSRFToken" in headers:
        headers["Referer"] = f"{origin}/"  # Django asks for it over HTTPS
    lines = [" ".join(parts), *_headers(headers), *_body(request["body"])]
    return " \\\n  ".join(lines)


def _method(request: Mapping[str, Any]) -> Iterator[str]:
    if request["method"] != "GET":
        yield f"-X {request['method']}"


def _headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if name.lower() == "cookie":
            yield f"-H {_double(f'Cookie: {_cookies(value)}')}"
        elif name.lower() == "authorization":
            scheme = value.partition(" ")[0]
            yield f"-H {_double(f'Authorization: {scheme} $TOKEN')}"
        elif name.lower() in _SECRET_HEADERS:
            yield f"-H {_double(_SECRET_HEADERS[name.lower()])}"
        elif name.lower() not in _LEFT_OUT:
            yield f"-H {shlex.quote(f'{name}: {value}')}"


def _cookies(value: str) -> str:
    names = (pair.strip().partition("=")[0] for pair in value.split(";"))
    return "; ".join(f"{name}={_cookie(name)}" for name in names)


def _cookie(name: str) -> str:
    return "$CSRF" if "csrf" in name else "$COOKIE"


def _body(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        filled = {name: _SECRET_FIELDS.get(name, value) for name, value in body.items()}
        yield f"-d {_double(json.dumps(filled))}"


def _double(text: str) -> str:
    """In double quotes, so that the shell fills the placeholders in and nothing else."""
    return f'"{_SPECIAL.sub(lambda found: chr(92) + found[0], text)}"'
