"""A blacklist in Redis makes log-out immediate and safe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from accounts.cluster.clients import OK, Device
from accounts.cluster.drills import Stage
from accounts.cluster.parts import SITES
from accounts.strategies import strategies

DEVICES = 5  # of each policy that log out, and as many that do not
POLICIES = {
    "jwt-blacklist-redis-open": "Let in",
    "jwt-blacklist-redis-closed": "Keep out",
    "jwt-blacklist-redis": "Ask the database",
}
PHASES = {
    "there": "while the cache runs",
    "away": "while the cache is away",
    "back": "after it is back, empty",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a policy answered wrongly in a phase."""

    #: of 100 copies of what logged-out devices had sent
    let_in: float
    #: of 100 questions of devices that are logged in
    kept_out: float

    @property
    def are_right(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.let_in or self.kept_out)


class BlacklistInRedis(Claim):
    """Keep the blacklist in Valkey, which speaks Redis's protocol, and stop it.

    Under each of three policies devices log in at one process, and half of them log out again.
    Then all three processes are sent what each of them sent: while the cache runs, while it is
    stopped, and after it has started again. It keeps nothing on disk, so it is empty then. The
    policy says what a process does without the cache: let everybody in, keep everybody out, or ask
    the table in the database, which the third policy writes as well.
    """

    slug = "blacklist-in-redis"
    said = "A blacklist in Redis makes a log-out immediate and safe."
    source = Source(
        "Sachin Sarawgi, CodeSprintPro",
        "2026",
        "https://codesprintpro.com/blog/stateless-auth-jwt-revocation-lists/",
        "Look each token’s id up in Redis, and a log-out counts at once; entries expire by "
        "themselves.",
    )
    against = Source(
        "Observal, issue 891",
        "2026",
        "https://github.com/Observal/Observal/issues/891",
        "While Redis does not answer, every token that was called back is accepted again.",
    )
    limits = (
        "Holds where no policy lets a copy in after its log-out, or keeps a live login out.",
        "Does not hold where every policy lets a copy in, or keeps a live login out.",
        "Depends on the policy, where only some let a copy in or keep a live login out.",
    )
    caveat = (
        "The cache is one server without a copy on disk, as a cache mostly is. One that writes to "
        "disk forgets less when it starts again; while it is away the same policies are asked."
    )
    needs = (*SITES, "primary", "cache")
    needs_quiet = False
    order = 90

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found: dict[tuple[str, str], Answers] = {}
        for phase, policy, answered in answers(lab):
            yield Progress(PHASES[phase], len(found), len(PHASES) * len(POLICIES))
            found[phase, policy] = answered
        yield Evidence.from_measurements(
            [
                *(_measured("in", key, each.let_in) for key, each in found.items()),
                *(_measured("out", key, each.kept_out) for key, each in found.items()),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        found = {
            policy: {
                phase: Answers(
                    evidence[f"in-{phase}-{policy}"].median,
                    evidence[f"out-{phase}-{policy}"].median,
                )
                for phase in PHASES
            }
            for policy in POLICIES
        }
        right = [
            slug for slug, each in found.items() if all(one.are_right for one in each.values())
        ]
        words = " ".join(_told(POLICIES[slug], each) for slug, each in found.items())
        if len(right) == len(POLICIES):
            return Verdict(Kind.HOLDS, words, holds)
        if not right:
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            f"It tips with what a process does without the cache: “{POLICIES[right[0]]}” was right "
            "in every phase. What must not be forgotten was written to a database as well."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _measured(what: str, key: tuple[str, str], number: float) -> Measurement:
    phase, policy = key
    is_copy = what == "in"
    return Measurement.from_samples(
        f"{what}-{phase}-{policy}",
        [number],
        group="Of 100 copies let in after their log-out"
        if is_copy
        else "Of 100 questions of who is logged in, kept out",
        title=f"{POLICIES[policy]}, {PHASES[phase]}",
        unit="copies" if is_copy else "questions",
        family=strategies[policy].family,
    )


def _told(title: str, phases: dict[str, Answers]) -> str:
    if all(each.are_right for each in phases.values()):
        return f"“{title}”: nothing was wrong."
    wrong = [
        f"{PHASES[phase]} {_wrong(each)}" for phase, each in phases.items() if not each.are_right
    ]
    return f"“{title}”: {'; '.join(wrong)}."


def _wrong(answers: Answers) -> str:
    parts = []
    if answers.let_in:
        parts.append(f"{answers.let_in:.0f} of 100 copies were let in")
    if answers.kept_out:
        parts.append(f"{answers.kept_out:.0f} of 100 who are logged in were kept out")
    return " and ".join(parts)


Devices = Sequence[tuple[Device, Device]]  # one has logged out, the other has not


def answers(lab: Laboratory) -> Iterator[tuple[str, str, Answers]]:
    """Phase, policy, and what was answered, on the cluster."""
    stage, number = lab.stage, lab.number(DEVICES, least=1)
    devices = {
        slug: [(stage.lab_device(slug), stage.lab_device(slug)) for _ in range(number)]
        for slug in POLICIES
    }
    for pairs in devices.values():
        for ended, _ in pairs:
            ended.log_out()
    yield from _asked(stage, "there", devices)
    with stage.without("cache"):
        yield from _asked(stage, "away", devices)
    yield from _asked(stage, "back", devices)


def _asked(
    stage: Stage, phase: str, devices: Mapping[str, Devices]
) -> Iterator[tuple[str, str, Answers]]:
    for slug, pairs in devices.items():
        let_in = kept_out = 0
        for ended, live in pairs:
            let_in += sum(stage.ask(site, ended) == OK for site in SITES)
            kept_out += sum(stage.ask(site, live) != OK for site in SITES)
        many = len(pairs) * len(SITES)
        yield phase, slug, Answers(100 * let_in / many, 100 * kept_out / many)
