"""What the lab's views answer: the verdict, the trace, and who stores what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.lab.wire import cookie_name
from accounts.models import Login
from accounts.strategies import Credential, Family, Refused, StoredRow, Strategy
from accounts.tokens.codec import peek
from accounts.tracing.recorder import untraced
from accounts.tracing.redaction import mask, size


class Verdict(TypedDict):
    """The outcome of a request in words; ``step`` is the one that decided."""

    accepted: bool
    step: str
    code: str
    reason: str


_DROPPED = {"kind": "nothing", "note": "The browser has dropped its credential."}
_SCRIPT_TOKEN = "Anybody who holds it can read it; any script of the page can."
_COOKIE_TOKEN = "HttpOnly: no script can read it. The browser sends it by itself."
_NOTHING = {"kind": "nothing", "note": "The browser holds no credential."}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers; ``LabView`` makes a response of it."""

    #: None: the body holds one already, of a request that was passed on
    verdict: Verdict | None
    #: the body's other fields
    body: dict[str, Any] = field(default_factory=dict)
    #: the credential of the request
    credential: str = ""
    #: its login, where that is known
    login: Login | None = None
    #: a new credential, to be handed to the client
    issued: Credential | None = None
    #: the client is told to drop its credential
    dropped: bool = False


class Refusal(APIException):
    """The request is refused. ``credential`` is the one that was judged, if any was sent."""

    def __init__(self, refused: Refused, credential: str = "", *, status: int = 401) -> None:
        super().__init__(refused.reason, refused.code)
        self.status_code = status
        self.verdict = failed(refused.step, refused.code, refused.reason)
        self.credential = credential


def done(step: str, code: str, reason: str) -> Verdict:
    """Something was done."""
    return {"accepted": True, "step": step, "code": code, "reason": reason}


def failed(step: str, code: str, reason: str) -> Verdict:
    """Something was refused."""
    return {"accepted": False, "step": step, "code": code, "reason": reason}


def accepted(strategy: Strategy) -> Verdict:
    """Verdict for an accepted credential; ``reason`` lists what was checked."""
    return done("accept", "accepted", strategy.checks)


def user(who: Any, role: str) -> dict[str, str]:
    """The user's name, and the role as fresh as the strategy has it."""
    return {"username": who.username, "role": role}


def wants_storage(request: Request) -> bool:
    """Whether to say who stores what: it costs queries of its own."""
    # Most requests ask for nothing: then there is no query string to take apart.
    return bool(request.META.get("QUERY_STRING")) and request.query_params.get("storage") == "1"


def stored_rows(strategy: Strategy, login: Login, credential: str) -> Sequence[StoredRow]:
    """The rows the server keeps, asked outside the trace."""
    with untraced():
        return strategy.stored_rows(login, credential)


def row_change(before: Sequence[StoredRow], after: Sequence[StoredRow]) -> str:
    """What logging out did to the server's rows, in words."""
    if len(after) < len(before):
        return f"The row in {before[0].table} was deleted"
    if len(after) > len(before):
        return f"A row was written to {after[-1].table}"
    if list(after) != list(before):
        how = "marked as ended" if "ended" in after[0].columns else "changed"
        return f"The row in {after[0].table} was {how}"
    return "The server had nothing to delete: only the browser forgot the credential"


def storage(
    strategy: Strategy, login: Login | None, credential: str, *, dropped: bool = False
) -> dict[str, Any]:
    """What the browser stores and what the server stores."""
    rows = stored_rows(strategy, login, credential) if login else ()
    if dropped:
        browser: dict[str, Any] = dict(_DROPPED)
    else:
        browser = _browser_storage(strategy, credential)
        if login and credential:  # a token says when it expires; the others end with their login
            browser.setdefault("expires", int(login.expires.timestamp()))
    return {"browser": browser, "server": _server_storage(rows)}


def _server_storage(rows: Sequence[StoredRow]) -> dict[str, Any]:
    note = "" if rows else "No row of this login that a request would find."
    return {"rows": [{"table": row.table, "columns": row.columns} for row in rows], "note": note}


def _browser_storage(strategy: Strategy, credential: str) -> dict[str, Any]:
    """The credential as the page may show it: masked, and a token's content decoded."""
    if not credential:
        return dict(_NOTHING)
    if strategy.family is Family.JWT:
        header, claims = peek(credential)
        return {
            "kind": "token",
            "name": cookie_name(strategy.slug) if strategy.in_cookie else "Authorization",
            "masked": ".".join(mask(part) for part in credential.split(".")),
            "bytes": size(credential),
            "header": header,
            "claims": claims,
            "expires": claims.get("exp"),
            "note": _COOKIE_TOKEN if strategy.in_cookie else _SCRIPT_TOKEN,
        }
    is_cookie = strategy.in_cookie
    return {
        "kind": "cookie" if is_cookie else "opaque",
        "name": cookie_name(strategy.slug) if is_cookie else "Authorization",
        "masked": mask(credential),
        "bytes": size(credential),
        "note": (
            f"{len(credential)} {_cookie_content(credential)}. HttpOnly: no script can read them."
            if is_cookie
            else f"{len(credential)} random characters that say nothing by themselves."
        ),
    }


def _cookie_content(value: str) -> str:
    """A session key has no colon; a signed value has (`django.core.signing`)."""
    return "characters: the session itself, signed" if ":" in value else "random characters"
