"""What was sent and answered in a scenario, with every credential masked before it is kept."""

import time
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from accounts.tracing.redaction import mask

if TYPE_CHECKING:
    import httpx

Who = Literal["A", "B", "thief", "staff"]

_SHOWN_HEADERS = frozenset(
    {"authorization", "content-type", "cookie", "dpop", "origin", "user-agent", "x-csrftoken"}
)
_SECRET_FIELDS = frozenset({"access", "refresh", "password", "csrf_token", "copy"})
_UNDERSTOOD = (200, 201, 401)


class ScenarioError(Exception):
    """Something happened that is not part of the scenario."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to a client."""

    status: int
    body: dict[str, Any]

    @classmethod
    def from_response(cls, response: "httpx.Response", also: Container[int] = ()) -> Self:
        """Read a response of the lab; ``also`` are further statuses that may come.

        Raises:
            ScenarioError: it is neither an acceptance nor a refusal, in JSON.
        """
        try:
            body = response.json()
        except ValueError:
            body = None
        is_known = response.status_code in _UNDERSTOOD or response.status_code in also
        if not is_known or not isinstance(body, dict):
            detail = body.get("detail", "") if isinstance(body, dict) else ""
            told = f"{response.url.path} answered {response.status_code} {detail}"
            raise ScenarioError(told.rstrip())
        return cls(response.status_code, body)

    @property
    def accepted(self) -> bool:
        """Whether the server did what it was asked."""
        return self.status < 400  # noqa: PLR2004

    @property
    def role(self) -> str | None:
        """The role that was served, where one was."""
        role = self.body.get("user", {}).get("role")
        return None if role is None else str(role)

    @property
    def reason(self) -> str:
        """The verdict in words."""
        return str(self.body.get("verdict", {}).get("reason", self.body.get("detail", "")))

    @property
    def sql(self) -> int:
        """SQL queries that the server took."""
        return int(self.body["trace"]["tally"]["sql"])

    @property
    def credential_bytes(self) -> int:
        """Bytes of the credential that was sent."""
        return int(self.body["trace"]["credential"]["bytes"])


@dataclass(frozen=True, slots=True)
class Exchange:
    """Who asked what, what came back and what the server did for it, without any credential."""

    #: "staff" changes something without a request: method and path are empty, the status is None.
    who: Who
    title: str
    #: method, path, headers, body
    request: dict[str, Any]
    #: status, body
    response: dict[str, Any]
    #: what the server did, as ``Trace.as_dict()`` has it
    trace: dict[str, Any] | None = None
    #: milliseconds since the scenario began
    at_ms: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Transcript:
    """The exchanges of a scenario in the order in which they were recorded."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._began = time.monotonic()

    def at_ms(self) -> float:
        """Milliseconds since the scenario began."""
        return (time.monotonic() - self._began) * 1000

    def record(
        self,
        who: Who,
        title: str,
        request: "httpx.Request",
        body: dict[str, str] | None,
        answer: Answer,
        at_ms: float,
    ) -> None:
        """Record a request, its answer and its trace."""
        shown = {name: value for name, value in answer.body.items() if name != "trace"}
        sent: dict[str, Any] = {
            "method": request.method,
            "path": request.url.path,
            "headers": masked_headers(request.headers),
            "body": masked_body(body),
        }
        received = {"status": answer.status, "body": masked_body(shown)}
        trace = answer.body.get("trace")
        self.exchanges.append(Exchange(who, title, sent, received, trace, at_ms))

    def record_change(
        self, title: str, trace: dict[str, Any] | None = None, at_ms: float | None = None
    ) -> None:
        """Record what staff did, or what came to pass, which is no request."""
        at_ms = self.at_ms() if at_ms is None else at_ms
        sent: dict[str, Any] = {"method": "", "path": "", "headers": {}, "body": None}
        received = {"status": None, "body": None}
        self.exchanges.append(Exchange("staff", title, sent, received, trace, at_ms))


def masked_headers(sent: Mapping[str, str]) -> dict[str, str]:
    """The headers that matter here, by their usual names."""
    return {
        name.title().replace("Csrft", "CSRFT").replace("Dpop", "DPoP"): _masked_header(name, value)
        for name, value in sent.items()
        if name in _SHOWN_HEADERS
    }


def masked_body(sent: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A JSON body with what is secret in it masked."""
    if sent is None:
        return None
    return {
        name: _masked(str(value)) if name in _SECRET_FIELDS else value
        for name, value in sent.items()
    }


def _masked_header(name: str, value: str) -> str:
    match name:
        case "authorization":
            scheme, _, token = value.partition(" ")
            return f"{scheme} {_masked(token)}"
        case "dpop":
            return _masked(value)
        case "cookie":
            return "; ".join(_masked_cookie(pair) for pair in value.split("; "))
        case "x-csrftoken":
            return mask(value)
    return value


def _masked_cookie(pair: str) -> str:
    name, _, value = pair.partition("=")
    return f"{name}={mask(value)}"


def _masked(credential: str) -> str:
    """The first characters of each part of a token, or of the whole of something opaque."""
    return ".".join(mask(part) for part in credential.split("."))
