"""Refresh tokens that work once get on with real networks."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from accounts.bench.subjects import new_user, sign_in
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
from accounts.models import Login
from accounts.strategies import Credential, Refused, Strategy
from accounts.strategies.jwt_rotating import JwtRotating
from accounts.tokens.codec import peek
from accounts.tokens.realm import lab_realm

CLIENTS, REFRESHES = 20, 20
LOST = (1, 5, 10)  # of a hundred answers
USUAL = 5
GRACE = timedelta(seconds=10)
_SEED = 4  # the same answers get lost under each rule


class StrictlyOnce(JwtRotating):
    """Whatever was spent before ends its login: nobody asks whether the answer was lost."""

    def renew(self, refresh: str) -> Credential | Refused:
        renewed = super().renew(refresh)
        if isinstance(renewed, Credential):
            pair = peek(_token(renewed))[1]["jti"]
            Login.objects.filter(refresh_jti=pair).update(pair_seen=True)
        return renewed


# What a server does with a refresh token that was spent before.
RULES: dict[str, tuple[str, Callable[[], Strategy]]] = {
    "strict": (
        "Once: it ends the login",
        lambda: StrictlyOnce(lab_realm().with_grace(timedelta(0))),
    ),
    "again": (
        "A new pair, if nobody has sent the last one",
        lambda: JwtRotating(lab_realm().with_grace(timedelta(0))),
    ),
    "grace": (
        "Ten seconds of grace for it",
        lambda: JwtRotating(lab_realm().with_grace(GRACE)),
    ),
}


class SingleUseOnRealNetworks(Claim):
    """Let twenty clients refresh twenty times each, while some answers get lost on their way.

    A client whose answer is lost sends the same token again. The server either ends the login of
    whatever was spent before; or gives a new pair for the token spent last, while nobody has sent
    its successor; or gives everybody who comes within ten seconds the same pair. Then a thief sends
    a copy of a token right after its owner did, and the owner refreshes once more.
    """

    slug = "single-use-on-real-networks"
    said = "Refresh tokens that work once get on with real networks."
    source = Source(
        "SuperTokens, decision 0012",
        "read in 2026",
        "https://www.supertokens.com/docs/contribute/decisions/oauth/0012",
        "Answers that get lost are rare enough not to be handled.",
    )
    against = Source(
        "WSO2 Identity Server, issue 27820",
        "2026",
        "https://github.com/wso2/product-is/issues/27820",
        "A client whose answer was lost has a spent token in its hands, and its user is logged "
        "out.",
    )
    limits = (
        f"Holds where strict single use logs nobody out while {USUAL} % of answers get lost.",
        "Does not hold where every rule logs somebody out.",
        "Depends on the rule, where strict single use logs somebody out and another one does not.",
    )
    caveat = (
        f"That {USUAL} of 100 answers get lost is a bad network; each client refreshes {REFRESHES} "
        "times, which takes hours or weeks. An answer is lost by not being read: no network is "
        "between client and server here."
    )
    attack = "stolen-refresh-token"
    order = 40

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        clients = lab.number(CLIENTS, least=5)
        out: dict[str, dict[int, int]] = {rule: {} for rule in RULES}
        thieves = {}
        for done, (rule, (title, start)) in enumerate(RULES.items()):
            server = start()
            for number, percent in enumerate(LOST):
                at = done * len(LOST) + number
                yield Progress(title.lower(), at, len(RULES) * len(LOST))
                rng = random.Random(_SEED + percent)  # noqa: S311 - guards nothing
                out[rule][percent] = sum(
                    not goes_on(server, rng, percent / 100) for _ in range(clients)
                )
            thieves[rule] = sum(thief_stays(server) for _ in range(clients))
            server.close()
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.from_samples(
                        f"out-{percent}-{rule}",
                        [100 * out[rule][percent] / clients],
                        group=f"Of 100 clients logged out, with {percent} % of answers lost",
                        title=title,
                        unit="clients",
                        family="jwt",
                    )
                    for percent in LOST
                    for rule, (title, _) in RULES.items()
                ),
                *(
                    Measurement.from_samples(
                        f"thief-{rule}",
                        [100 * thieves[rule] / clients],
                        group="Of 100 thieves still in after the owner's next refresh",
                        title=title,
                        unit="thieves",
                        family="jwt",
                    )
                    for rule, (title, _) in RULES.items()
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        out = {rule: evidence[f"out-{USUAL}-{rule}"].median for rule in RULES}
        words = (
            f"With {USUAL} % of answers lost, strict single use logged {out['strict']:.0f} of 100 "
            f"clients out, from whom nobody had stolen; a new pair for the last token "
            f"{out['again']:.0f}, a grace {out['grace']:.0f}."
        )
        if not out["strict"]:
            return Verdict(Kind.HOLDS, words, holds)
        if all(out.values()):
            return Verdict(Kind.FAILS, words, fails)
        stay = {rule: evidence[f"thief-{rule}"].median for rule in RULES}
        tipping = (
            "What the server does with a token that comes back decides. Its price are thieves who "
            f"come right after the owner: of 100, {stay['again']:.0f} are still in after the "
            f"owner's next refresh where the last token gets a new pair, {stay['grace']:.0f} where "
            "there is a grace."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def goes_on(server: Strategy, rng: random.Random, lost: float) -> bool:
    """Whether a client is still logged in after all its refreshes; its tries again included."""
    refresh = _token(sign_in(server, new_user()).credential)
    for _ in range(REFRESHES):
        renewed = server.renew(refresh)
        if isinstance(renewed, Refused):
            return False
        if rng.random() >= lost:
            refresh = _token(renewed)
    return True


def thief_stays(server: Strategy) -> bool:
    """Whether a thief who comes right after the owner is in when the owner has refreshed again."""
    copied = _token(sign_in(server, new_user()).credential)
    owner, thief = server.renew(copied), server.renew(copied)
    if isinstance(owner, Credential):
        server.renew(_token(owner))
    if isinstance(thief, Refused):
        return False
    return isinstance(server.renew(_token(thief)), Credential)


def _token(credential: Credential) -> str:
    if credential.refresh is None:
        raise ValueError("There is no refresh token")
    return credential.refresh
