"""What the lab's answers hold beside the facts: the verdict, the trace, and who holds what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.lab import users as lab
from accounts.models import Login
from accounts.strategies import Family, Refused, StoredRow, Strategy
from accounts.tokens.codec import peek
from accounts.tracing.recorder import current_trace, untraced
from accounts.tracing.redaction import mask

if TYPE_CHECKING:
    from accounts.api.lab.views import LabView


class Verdict(TypedDict):
    """The outcome of a request in words; ``step`` is the one that decided."""

    accepted: bool
    step: str
    code: str
    reason: str


DROPPED: dict[str, Any] = {"kind": "nothing", "note": "The browser has dropped its credential."}


def accepted(strategy: Strategy) -> Verdict:
    """The credential holds: what was asked."""
    return {"accepted": True, "step": "accept", "code": "accepted", "reason": strategy.checks}


def refused(verdict: Refused) -> Verdict:
    """The credential does not hold."""
    return {
        "accepted": False,
        "step": verdict.step,
        "code": verdict.code,
        "reason": verdict.reason,
    }


def did(step: str, code: str, reason: str) -> Verdict:
    """Something was done, rather than judged."""
    return {"accepted": True, "step": step, "code": code, "reason": reason}


def user(who: Any, role: str) -> dict[str, str]:
    """The facts served: the name, and the role as fresh as the strategy has it."""
    return {"username": who.username, "role": role}


def wants_holds(request: Request) -> bool:
    """Whether to say who holds what: it costs queries of its own."""
    # Most requests ask for nothing: then there is no query string to take apart.
    return bool(request.META.get("QUERY_STRING")) and request.query_params.get("holds") == "1"


def rows(strategy: Strategy, login: Login, credential: str) -> Sequence[StoredRow]:
    """The rows the server keeps, asked outside the trace."""
    with untraced():
        return strategy.stored_rows(login, credential)


def changed(before: Sequence[StoredRow], after: Sequence[StoredRow]) -> str:
    """What logging out did to the server's rows."""
    if len(after) < len(before):
        return f"The row in {before[0].table} was deleted"
    if len(after) > len(before):
        return f"A row was written to {after[-1].table}"
    if list(after) != list(before):
        how = "marked as ended" if "ended" in after[0].columns else "changed"
        return f"The row in {after[0].table} was {how}"
    return "The server had nothing to delete: only the browser forgot the credential"


def holds(strategy: Strategy, login: Login | None, credential: str) -> dict[str, Any]:
    """What the browser holds and what the server holds."""
    kept = rows(strategy, login, credential) if login else ()
    browser = browser_holds(strategy, credential)
    if login and credential:  # a token says itself when it expires; the others end with their login
        browser.setdefault("expires", int(login.expires.timestamp()))
    return {"browser": browser, "server": server_holds(kept)}


def server_holds(kept: Sequence[StoredRow]) -> dict[str, Any]:
    """The server's rows, or that there are none."""
    note = "" if kept else "No row of this login that a request would find."
    return {"rows": [{"table": row.table, "columns": row.columns} for row in kept], "note": note}


def browser_holds(strategy: Strategy, credential: str) -> dict[str, Any]:
    """The credential as the page may show it: masked, and a token's content decoded."""
    if not credential:
        return {"kind": "nothing", "note": "The browser holds no credential."}
    size = len(credential.encode(errors="replace"))
    if strategy.family is Family.JWT:
        header, claims = peek(credential)
        return {
            "kind": "token",
            "name": "Authorization",
            "masked": ".".join(mask(part) for part in credential.split(".")),
            "bytes": size,
            "header": header,
            "claims": claims,
            "expires": claims.get("exp"),
            "note": "Anybody who holds it can read it; any script of the page can.",
        }
    is_cookie = strategy.family is Family.SESSION
    return {
        "kind": "cookie" if is_cookie else "opaque",
        "name": lab.cookie_name(strategy.slug) if is_cookie else "Authorization",
        "masked": mask(credential),
        "bytes": size,
        "note": (
            f"{len(credential)} {_cookie_holds(credential)}. HttpOnly: no script can read them."
            if is_cookie
            else f"{len(credential)} random characters that say nothing by themselves."
        ),
    }


def _cookie_holds(value: str) -> str:
    """A session key has no colon; a signed value has (`django.core.signing`)."""
    return "characters: the session itself, signed" if ":" in value else "random characters"


def complete(view: LabView, request: Request, response: Response) -> None:
    """Add the verdict, the trace and, when asked for, the stored_rows to a lab answer."""
    response.data["verdict"] = getattr(view, "verdict", None) or _failed(response)
    if trace := current_trace():
        response.data["trace"] = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            **trace.as_dict(),
        }
    if wants_holds(request) and "body" not in response.data:
        found = holds(view.strategy, view.login, view.credential)
        response.data["holds"] = {**found, "browser": view.browser or found["browser"]}


def _failed(response: Response) -> Verdict:
    data = response.data or {}
    detail = str(data.get("detail", "The request is not valid"))
    return {
        "accepted": False,
        "step": "read request",
        "code": str(data.get("code", "invalid")),
        "reason": detail,
    }


class _User(serializers.Serializer[None]):
    username = serializers.CharField()
    role = serializers.CharField()


class _Verdict(serializers.Serializer[None]):
    accepted = serializers.BooleanField()
    step = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class LabUser(serializers.Serializer[None]):
    """A throwaway user."""

    username = serializers.CharField(read_only=True)
    password = serializers.CharField(read_only=True)
    expires = serializers.DateTimeField(read_only=True)


class LabAnswer(serializers.Serializer[None]):
    """An answer of the lab; ``trace`` while tracing is on, ``holds`` with ``?holds=1``."""

    user = _User(required=False)
    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)
    verdict = _Verdict()
    trace = serializers.DictField(required=False)
    holds = serializers.DictField(required=False)


class Copied(serializers.Serializer[None]):
    """The thief's copy, encrypted by the server."""

    copy = serializers.CharField(max_length=16384)


class Replayed(serializers.Serializer[None]):
    """What the thief got."""

    status = serializers.IntegerField()
    body = LabAnswer()
