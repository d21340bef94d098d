"""An exchange as a line for curl."""

import json
import shlex
from typing import Any

from accounts.lab.transcript import Exchange

_CREDENTIALS = {"Authorization", "Cookie", "X-Session-Token"}


def curl(url: str, exchange: Exchange) -> str:
    """The request for a shell; what is secret in it is a variable there, or masked."""
    sent = exchange.request
    parts = ["curl", "-i", "-X", sent["method"], shlex.quote(f"{url.rstrip('/')}{sent['path']}")]
    for name, value in sent["headers"].items():
        secret = name in _CREDENTIALS or name.startswith("X-")
        parts += ["-H", _variable(name, value) if secret else shlex.quote(f"{name}: {value}")]
    if sent["body"] is not None:
        parts += ["-d", shlex.quote(_body(sent))]
    return " ".join(parts)


def _variable(name: str, value: str) -> str:
    match name:
        case "Cookie":
            value = f"{value.partition('=')[0]}=$CREDENTIAL"
        case "Authorization":
            value = f"{value.partition(' ')[0]} $CREDENTIAL"
        case _:
            value = "$CREDENTIAL"
    return f'"{name}: {value}"'


def _body(sent: dict[str, Any]) -> str:
    if "json" in sent["headers"].get("Content-Type", ""):
        return json.dumps(sent["body"], ensure_ascii=False)
    return "&".join(f"{name}={value}" for name, value in sent["body"].items())
