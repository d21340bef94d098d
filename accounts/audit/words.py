"""What an audit will send, in words."""

import shlex
from collections.abc import Iterator

from accounts.audit.player import playable
from accounts.audit.profile import Hook, Profile, Request

_WAITS = "nothing is sent until it is over, if that is within --wait"


def explain(profile: Profile) -> Iterator[str]:
    """What is sent for each event, line by line."""
    yield f"{profile.title}: each event has a user with two devices and a thief."
    if profile.sign_up:
        yield f"A fresh user signs up: {_request(profile, profile.sign_up)}."
    else:
        yield "The user is named by AUDIT_USER and AUDIT_PASSWORD in the environment."
    given = profile.credential
    carried = f"sent as {given.send}" if given.send else "sent by itself"
    yield f"Both devices log in: {_request(profile, profile.log_in)}."
    yield f"Their credential is {given.access}, {carried}; the thief gets a copy of A's."
    if given.refresh:
        yield f"The refresh token is {given.refresh}, and is copied, too."
    if profile.csrf:
        yield f"Before anything is sent, a CSRF token is fetched from {profile.csrf.source}."
    yield f"Each asks who it is: {profile.who.method} {profile.base}{profile.who.path}."
    yield f"Refused means {_refusal(profile)}; anything else is neither."
    for event in playable():
        yield f"{event.title}: {_needed(profile, event.needs) if not event.ages else _WAITS}."


def _request(profile: Profile, request: Request) -> str:
    body = request.json if request.json is not None else request.form
    kind = "JSON" if request.json is not None else "a form"
    sent = f" with {kind} of {', '.join(body)}" if body else ""
    return f"{request.method} {profile.base}{request.path}{sent}"


def _refusal(profile: Profile) -> str:
    refused = profile.who.refused
    ways = [f"status {' or '.join(map(str, refused.status))}"] if refused.status else []
    if refused.location:
        ways.append(f"a redirect to {refused.location}")
    if refused.contains:
        ways.append(f"a body with {refused.contains!r}")
    return " or ".join(ways)


def _needed(profile: Profile, key: str) -> str:
    if not profile.gives(key):
        return f"does not apply, the profile has no {key}"
    found: Request | Hook = profile  # type: ignore[assignment]
    for part in key.split("."):
        found = getattr(found, part)
    if found == "forget":
        return "the client forgets its credential, nothing is sent"
    if isinstance(found, Request):
        return _request(profile, found)
    return f"runs {found if isinstance(found, str) else shlex.join(found)}"
