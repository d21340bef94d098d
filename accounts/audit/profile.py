"""How to speak to somebody else's server: one TOML file, checked key by key.

What a profile leaves out "does not apply". Values may hold ``{username}``, ``{email}``,
``{password}``, ``{new_password}``, ``{access}``, ``{refresh}`` and ``{env:NAME}``, which is read
from the environment when it is sent.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

SHIPPED = Path(__file__).parent / "profiles"
PLACEHOLDER = re.compile(r"\{([\w:]+)\}")

_ALWAYS = frozenset({"username", "email", "password", "access", "refresh"})
_KINDS = {"cookie", "json", "header"}
_TYPES = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}
_TYPES |= {"object": "a table", "array": "a list", "null": "nothing"}


class ProfileError(Exception):
    """A mistake in a profile: one line with the key and the reason."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A table of the file: an unknown key in it is a mistake, not ignored."""


class Request(_Table, frozen=True, kw_only=True):
    """One request to the server; its body is JSON, a form, or nothing."""

    path: str
    method: str = "POST"
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}
    #: what says that it was done; without it any status below 400
    ok: list[int] = []
    #: whether the header of ``credential.send`` goes along
    credential: bool = True


class SignUp(Request, frozen=True, kw_only=True):
    """How a fresh user is made for each event; ``username`` is how its name begins."""

    username: str = "audit-"


class Credential(_Table, frozen=True, kw_only=True):
    """Where the credential comes back: ``cookie:NAME``, ``json:a.b`` or ``header:NAME``.

    A cookie's name may hold ``*`` for what differs from server to server. Two paths in JSON are
    separated by ``|``: a log-in and a refresh may answer differently.
    """

    access: str
    #: the refresh token, in the same places
    refresh: str = ""
    #: a header, ``Authorization: Bearer {access}``; a cookie sends itself
    send: str = ""
    #: for how long it lives: seconds, or ``json:PATH`` to them or to a date in the log-in's answer,
    #: or ``never``; left out: until the ``exp`` of a JWT, or the end of a cookie
    lives: float | str = ""


class Csrf(_Table, frozen=True, kw_only=True):
    """A token against forged requests: fetched at ``from``, sent in a header or a form's field."""

    source: str = msgspec.field(name="from")
    #: the cookie that holds it (``*`` as above), or the path in a JSON answer; without both it is
    #: the hidden ``field`` of the page
    cookie: str = ""
    json: str = ""
    header: str = ""
    field: str = ""


class Refusal(_Table, frozen=True, kw_only=True):
    """What a refusal of ``who`` looks like: any of these."""

    status: tuple[int, ...] = (401, 403)
    #: the beginning of the address that it redirects to
    location: str = ""
    #: a text in the body
    contains: str = ""


class Who(_Table, frozen=True, kw_only=True):
    """The request that tells who one is. Its answer has to name the user."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = {}
    #: where in a JSON answer the user's name or e-mail address stands
    name: str = ""
    #: or a text that the answer to this user holds, ``Hello {username}``
    contains: str = ""
    #: where in a JSON answer the role stands
    role: str = ""
    refused: Refusal = Refusal()


class LogOut(Request, frozen=True, kw_only=True):
    """How a device logs out."""

    #: a second request, where one ends the access token and another the refresh token
    also: Request | None = None


class Refresh(Request, frozen=True, kw_only=True):
    """How a refresh token is spent."""

    #: seconds within which a spent one may be sent once more, by requests in parallel
    grace: float = 0.0
    #: what a refusal looks like
    refused: tuple[int, ...] = (400, 401, 403)


Hook = str | list[str] | Request


class Hooks(_Table, frozen=True, kw_only=True):
    """What only staff can do: a command (no shell), or a request. ``{username}`` names the user."""

    disable_account: Hook | None = None
    take_role_away: Hook | None = None
    rotate_key: Hook | None = None
    rotate_key_overlap: Hook | None = None


class Profile(_Table, frozen=True, kw_only=True):
    """A whole file."""

    title: str
    credential: Credential
    log_in: Request
    who: Who
    #: put before each path
    base: str = ""
    #: the page that says how to set it up so
    documentation: str = ""
    sign_up: SignUp | None = None
    csrf: Csrf | None = None
    refresh: Refresh | None = None
    #: ``"forget"``: no request is sent, the client drops what it holds
    log_out: LogOut | Literal["forget"] | None = None
    log_out_everywhere: Request | None = None
    change_password: Request | None = None
    hooks: Hooks = Hooks()

    def gives(self, key: str) -> bool:
        """Whether it has the key that an event needs (``log_out``, ``hooks.rotate_key``)."""
        found: object = self
        for part in key.split("."):
            found = getattr(found, part, None)
        return found is not None


def shipped_profiles() -> list[str]:
    """The names of the profiles that come with this project."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def profile_load(name_or_file: str) -> Profile:
    """Read a profile: one of the shipped by its name, or a file.

    Raises:
        ProfileError: there is none, or something in it is wrong.
    """
    file = SHIPPED / f"{name_or_file}.toml"
    if name_or_file not in shipped_profiles():
        file = Path(name_or_file)
    try:
        return profile_read(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        known = ", ".join(shipped_profiles())
        raise ProfileError(
            str(name_or_file), f"{reason}. Name a file, or one of: {known}"
        ) from None


def profile_read(text: str) -> Profile:
    """Read a profile's text.

    Raises:
        ProfileError: something in it is wrong.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError("", f"This is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise _in_words(str(error)) from None
    for key, reason in _mistakes(profile):
        raise ProfileError(key, reason)
    return profile


def _in_words(told: str) -> ProfileError:
    """What msgspec says, with the key first: ``Expected `str`, got `int` - at `$.who.path```."""
    reason, _, where = told.partition(" - at ")
    key = where.strip("`").removeprefix("$").removeprefix(".")
    if found := re.fullmatch(r"Object missing required field `(\w+)`", reason):
        return ProfileError(f"{key}.{found[1]}".lstrip("."), "it is missing")
    if found := re.fullmatch(r"Object contains unknown field `(.+)`", reason):
        return ProfileError(f"{key}.{found[1]}".lstrip("."), "there is no such key")
    if found := re.fullmatch(r"Expected `(.+?)`, got `(\w+)`", reason):
        wanted = " or ".join(_TYPES.get(name, name) for name in found[1].split(" | "))
        return ProfileError(key, f"it has to be {wanted}, not {_TYPES.get(found[2], found[2])}")
    return ProfileError(key, reason)


def _mistakes(profile: Profile) -> Iterator[tuple[str, str]]:
    yield from _credential_mistakes(profile)
    yield from _who_mistakes(profile.who)
    if profile.csrf and not (profile.csrf.header or profile.csrf.field):
        yield "csrf", "say how the token is sent: header or field"
    if profile.csrf and not (profile.csrf.cookie or profile.csrf.json or profile.csrf.field):
        yield "csrf", "say where the token is: cookie, json, or field of the page"
    for key, request in requests_of(profile):
        yield from _request_mistakes(key, request)
    if profile.refresh and not profile.credential.refresh:
        yield "credential.refresh", "it is missing, and refresh needs it"
    if profile.hooks.take_role_away and not profile.who.role:
        yield "who.role", "it is missing, and hooks.take_role_away needs it"


def _credential_mistakes(profile: Profile) -> Iterator[tuple[str, str]]:
    given = profile.credential
    for key, place in (("access", given.access), ("refresh", given.refresh)):
        kind, _, name = place.partition(":")
        if place and (kind not in _KINDS or not name):
            yield f"credential.{key}", f"{place!r} is not cookie:NAME, json:PATH or header:NAME"
    if isinstance(given.lives, str) and not re.fullmatch(r"|never|json:.+", given.lives):
        yield "credential.lives", f"{given.lives!r} is not a number of seconds, json:PATH or never"
    is_cookie = given.access.startswith("cookie:")
    if is_cookie and given.send:
        yield "credential.send", "a cookie sends itself: leave it out"
    if not is_cookie and ("{access}" not in given.send or ":" not in given.send):
        yield (
            "credential.send",
            'it has to be a header with {access}, "Authorization: Bearer {access}"',
        )


def _who_mistakes(who: Who) -> Iterator[tuple[str, str]]:
    if not who.name and not who.contains:
        yield "who.name", "say where the answer names the user: name (JSON) or contains (a text)"
    if not who.path.startswith("/"):
        yield "who.path", f"{who.path!r} has to begin with /"


def _request_mistakes(key: str, request: Request) -> Iterator[tuple[str, str]]:
    if not request.path.startswith("/"):
        yield f"{key}.path", f"{request.path!r} has to begin with /"
    if request.json is not None and request.form is not None:
        yield f"{key}.form", "a request has JSON or a form, not both"
    known = _ALWAYS | ({"new_password"} if key == "change_password" else set())
    for where, text in _texts(key, msgspec.to_builtins(request)):
        for name in PLACEHOLDER.findall(text):
            if name not in known and not name.startswith("env:"):
                yield where, f"{{{name}}} is not known here: {', '.join(sorted(known))}, env:NAME"


def requests_of(profile: Profile) -> Iterator[tuple[str, Request]]:
    """Each request of a profile but ``who``, with its key."""
    for key in ("sign_up", "log_in", "refresh", "log_out", "log_out_everywhere", "change_password"):
        if isinstance(request := getattr(profile, key), Request):
            yield key, request
    if isinstance(profile.log_out, LogOut) and profile.log_out.also:
        yield "log_out.also", profile.log_out.also
    for key in Hooks.__struct_fields__:
        if isinstance(hook := getattr(profile.hooks, key), Request):
            yield f"hooks.{key}", hook


def _texts(key: str, found: Any) -> Iterator[tuple[str, str]]:
    if isinstance(found, str):
        yield key, found
    elif isinstance(found, dict):
        for name, value in found.items():
            yield from _texts(f"{key}.{name}", value)
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _texts(f"{key}.{number}", value)
