"""Log-out at the provider logs out everywhere."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx

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
from accounts.cluster.single_sign_on import Provider
from accounts.services.gunicorn import Gunicorn
from accounts.strategies import Family

USERS = 10
SHORT = 3.0  # seconds that the tokens live whose expiry is waited for
PARTIES = {
    "rows": ("Keeps a row for each login", Family.SESSION),
    "down": ("Keeps rows, and was down just then", Family.SESSION),
    "token": ("Keeps nothing: a token is enough", Family.JWT),
}
PHASES = {
    "front": "Front-channel, the tab is closed",
    "back": "Back-channel, told once",
    "again": "Back-channel, told again",
    "expired": "After the token’s expiry",
}
_IN = 200


class ProviderLogOut(Claim):
    """Let users log in at a provider and, with that, at three sites; then log them out there.

    Two sites keep a row for each login, and one keeps nothing and lets in whoever sends a token of
    the provider. The front channel goes through the browser, which loads a page of each site: with
    its tab closed, it loads none. The back channel is the provider’s own request to each site
    (OpenID Connect Back-Channel Logout 1.0), with a signed logout token. One of the sites is
    stopped at that moment, and is started again afterwards; later the provider tells once more
    those that have not acknowledged. After each step all sites are sent what the users had. At last
    other users do the same with tokens that live three seconds, which are waited for.
    """

    slug = "provider-log-out"
    said = "Log out at the provider, and you are logged out everywhere."
    source = Source(
        "IBM, Single logout for OIDC applications",
        "read in 2026",
        "https://www.ibm.com/docs/en/security-verify?topic=applications-single-logout-oidc",
        "With single log-out, users leave all applications of the single sign-on at once.",
    )
    against = Source(
        "SorrelThorncroft, OIDC back-channel logout is a session termination protocol",
        "read in 2026",
        "https://dev.to/sorrelthorncroft/"
        "oidc-back-channel-logout-is-a-session-termination-protocol-not-a-logout-link-1mc4",
        "A closed tab ends nothing; each site has to be told by the provider, and to find and end "
        "its own sessions.",
    )
    limits = (
        "Holds where, told once by the back channel, no site lets anybody in any more.",
        "Does not hold where, told once, every site still lets somebody in.",
        "Depends on what a site keeps and whether it is told again, where some let nobody in.",
    )
    caveat = (
        "The tokens of a provider live for minutes or hours, and so long a copy is let in by who "
        "keeps nothing. How often a provider tells a site again is its own affair."
    )
    needs_quiet = False
    order = 300

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found: dict[str, Mapping[str, float]] = {}
        for phase, still_in in steps(lab):
            yield Progress(PHASES[phase].lower(), len(found), len(PHASES))
            found[phase] = still_in
        yield Evidence.from_measurements(
            Measurement.from_samples(
                f"{phase}-{party}",
                [still_in[party]],
                group=f"{PHASES[phase]}: of 100 users still let in",
                title=title,
                unit="users",
                family=family,
            )
            for phase, still_in in found.items()
            for party, (title, family) in PARTIES.items()
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        still = {
            phase: {party: evidence[f"{phase}-{party}"].median for party in PARTIES}
            for phase in PHASES
        }
        words = " ".join(
            f"{title}: of 100 users {still['front'][party]:.0f} were still in with the tab closed, "
            f"{still['back'][party]:.0f} after the site was told once, "
            f"{still['again'][party]:.0f} after it was told again, "
            f"{still['expired'][party]:.0f} after the token’s expiry."
            for party, (title, _) in PARTIES.items()
        )
        told_once = still["back"].values()
        if not any(told_once):
            return Verdict(Kind.HOLDS, words, holds)
        if all(told_once):
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            "To obey, a site needs something that it can end: a row for each login, found by the "
            "provider’s number of it. Back-channel log-out presupposes sessions; a site that was "
            "away needs a provider that tries again, and one with tokens alone waits for their "
            "expiry."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def steps(lab: Laboratory) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Each phase, and of 100 users those whom each site still lets in."""
    provider = Provider()
    with tempfile.TemporaryDirectory(prefix="authdemo-") as folder, ExitStack() as running:
        sites = {party: _site(provider, party, folder) for party in PARTIES}
        for site in sites.values():
            running.callback(site.stop)
            site.begin()  # side by side
        for site in sites.values():
            site.start()
        yield from _log_out(provider, sites, lab.number(USERS))


def _site(provider: Provider, party: str, folder: str) -> Gunicorn:
    sessions = "" if party == "token" else str(Path(folder, f"{party}.sqlite3"))
    environment = provider.environment(party, sessions)
    return Gunicorn("accounts.cluster.single_sign_on", environment=environment)


Keys = dict[str, dict[str, str]]  # site -> the provider's number of a login -> the user's key


def _log_out(
    provider: Provider, sites: dict[str, Gunicorn], users: int
) -> Iterator[tuple[str, Mapping[str, float]]]:
    keys = _log_in(provider, sites, users)
    yield "front", _still_in(sites, keys)  # nobody loads a page, so no site is told
    sites["down"].stop()
    deaf = _tell(provider, sites, keys)
    sites["down"].start()
    yield "back", _still_in(sites, keys)
    for party, sid in deaf:
        provider.log_out(party, sites[party].address, sid)
    yield "again", _still_in(sites, keys)
    short, ends = _log_in(provider, sites, users, SHORT), time.monotonic() + SHORT
    _tell(provider, sites, short)
    time.sleep(max(0.0, ends - time.monotonic()))
    yield "expired", _still_in(sites, short)


def _log_in(
    provider: Provider, sites: dict[str, Gunicorn], users: int, seconds: float = 600
) -> Keys:
    logins = [uuid4().hex for _ in range(users)]
    with httpx.Client() as client:
        return {
            party: {
                sid: _key(client, site, provider.id_token(party, sid, seconds)) for sid in logins
            }
            for party, site in sites.items()
        }


def _tell(provider: Provider, sites: dict[str, Gunicorn], keys: Keys) -> list[tuple[str, str]]:
    """Log all out at the provider, which tells each site; those that have not acknowledged it."""
    return [
        (party, sid)
        for party, site in sites.items()
        for sid in keys[party]
        if not provider.log_out(party, site.address, sid)
    ]


def _key(client: httpx.Client, site: Gunicorn, token: str) -> str:
    """What a user of a site sends from the log-in on."""
    return client.post(f"{site.address}/login/", data={"id_token": token}).raise_for_status().text


def _still_in(sites: dict[str, Gunicorn], keys: Keys) -> Mapping[str, float]:
    found = {}
    for party, site in sites.items():
        with httpx.Client(base_url=site.address) as client:
            statuses = [
                client.get("/", headers={"Authorization": f"Bearer {key}"}).status_code
                for key in keys[party].values()
            ]
        found[party] = 100 * sum(status == _IN for status in statuses) / len(statuses)
    return found
