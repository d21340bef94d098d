"""Rotation makes a stolen refresh token harmless."""

from collections.abc import Iterator
from datetime import timedelta

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
from accounts.lab.environment import Environment
from accounts.lab.lost_response import VARIANTS, Ending, Variant, run_lost_response

STRATEGY = "jwt-rotating"
TIMES = 3
REFRESHES = 5  # of a thief whom nobody disturbs


def _owner_first(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    device.refresh("The owner refreshes")
    thief.refresh("Later, the thief spends its copy")
    back = device.refresh("The owner refreshes again")
    return Ending(back, thief.refresh("The thief tries once more"))


def _owner_gone(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    here = device.me("The owner closes the tab, and does not come back")
    for _ in range(REFRESHES - 1):
        thief.refresh("The thief refreshes")
    return Ending(here, thief.refresh("The thief refreshes once more"))


_NO_GRACE = timedelta(0)
ORDERS = {
    "owner-first": Variant("The owner refreshes, later the thief", "", _owner_first, _NO_GRACE),
    "thief-first": next(variant for variant in VARIANTS if variant.title == "A thief was first"),
    "grace": next(variant for variant in VARIANTS if variant.title == "A thief within the grace"),
    "owner-gone": Variant("The thief refreshes, the owner never again", "", _owner_gone, _NO_GRACE),
}


class RotationIsEnough(Claim):
    """Copy a refresh token, and play four orders in which owner and thief spend theirs.

    Each refresh gives a new token, and one that comes back spent ends the login. The owner is
    first; the thief is first; the thief follows each refresh of the owner within seconds; the owner
    closes the tab, and nobody else ever shows the old token.
    """

    slug = "rotation-is-enough"
    said = "Rotation makes a stolen refresh token harmless."
    source = Source(
        "Auth0, documentation of refresh token rotation",
        "read in 2026",
        "https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation",
        "Each token works once; when one comes back, the whole family is revoked.",
    )
    against = Source(
        "GitLab, issue 472006",
        "read in 2026",
        "https://gitlab.com/gitlab-org/gitlab/-/issues/472006",
        "Who has an old token can cut its owner off, and who has the only live one is not noticed.",
    )
    limits = (
        "Holds where the thief is out at the end of all four orders.",
        "Does not hold where the thief is in at the end of each.",
        "Depends on the order, where the thief is in at the end of some and out after others.",
    )
    caveat = (
        "The fixed end of the login bounds what is left, after days or weeks. The access token "
        "that was copied along lives on until it expires: that is another claim."
    )
    attack = "stolen-refresh-token"
    order = 30

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times = lab.number(TIMES, least=1)
        thief: dict[str, list[float]] = {order: [] for order in ORDERS}
        owner: dict[str, list[float]] = {order: [] for order in ORDERS}
        for done, (order, variant) in enumerate(ORDERS.items()):
            yield Progress(variant.title.lower(), done, len(ORDERS))
            for _ in range(times):
                ended = run_lost_response(STRATEGY, variant)
                if ended.error:
                    raise RuntimeError(ended.error)
                thief[order].append(float(bool(ended.thief_in)))
                owner[order].append(float(not ended.goes_on))
        yield Evidence.from_measurements(
            Measurement.from_samples(
                f"{name}-{order}", found[order], group=group, title=variant.title, unit="of 1"
            )
            for name, found, group in (
                ("thief", thief, "Thieves who get new tokens at the end"),
                ("owner", owner, "Owners who are logged out"),
            )
            for order, variant in ORDERS.items()
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        found = evidence.named("thief-")
        inside = [one for one in found if one.median]
        words = f"The thief was in at the end of {len(inside)} of {len(found)} orders."
        if not inside:
            return Verdict(Kind.HOLDS, words, holds)
        if len(inside) == len(found):
            return Verdict(Kind.FAILS, words, fails)
        named = "; ".join(f"“{one.title}”" for one in inside)
        tipping = (
            f"The theft is noticed when both copies are shown, and not before. It went unnoticed "
            f"here: {named}."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)
