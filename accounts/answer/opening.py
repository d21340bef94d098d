"""The first sentence: what is the problem with JWT, if invalidation is solved? Computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accounts.answer.facts import Facts
from accounts.answer.ranking import HOUR, Candidate, Entry, System, reasons
from accounts.bench.result import SESSION_DB
from accounts.lab.wording import duration
from accounts.strategies import Family

PLAIN, REVOCABLE = "jwt-user", "jwt-blacklist"
CAREFUL_SESSION, CAREFUL_TOKEN = "session-joined", "jwt-blacklist-joined"
STEPS = (SESSION_DB, PLAIN, REVOCABLE, CAREFUL_TOKEN, CAREFUL_SESSION)
LOG_OUT = "log-out"
#: services that cannot reach the database, where a log-out may count late
_ELSEWHERE = System(services=1, late_s=HOUR)


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer in a sentence, and the figures that make it one."""

    headline: str
    figures: str


@dataclass(frozen=True, slots=True)
class Step:
    """A bar: a way, its CPU time and the spread of that as multiples of Django's session."""

    candidate: Candidate
    ratio: float
    spread: float
    #: whether the thief is out after a log-out, and in words
    is_safe: bool
    door: str


def opening(facts: Facts) -> Opening:
    """The answer, as the measured ways have it."""
    known = {candidate.slug: candidate for candidate in facts.measurements.candidates}
    if not known.keys() >= {*STEPS}:
        return Opening("Not measured.", "The benchmark or the matrix lacks one of the ways below.")
    if not _is_safe(known[REVOCABLE]):
        return Opening(
            "That it is not solved.", "Here a stolen token outlives a log-out in spite of a list."
        )
    if _is_safe(known[PLAIN]):
        return Opening("None: here even a plain token ends as its user logs out.", _figures(known))
    return Opening(
        f"Ending a token as its user logs out takes a look-up for each request, {_left(known)}.",
        _figures(known),
    )


def _left(known: Mapping[str, Candidate]) -> str:
    """What the look-up makes of the price, for which tokens are praised."""
    if _is_dearer(known[REVOCABLE], known[SESSION_DB]):
        return "and then a token costs more than the session it was to replace"
    is_cheaper = _is_dearer(known[SESSION_DB], known[REVOCABLE])
    # Less than Django's session alone would not do: a session can be built with care, too.
    if is_cheaper and not _is_dearer(known[CAREFUL_TOKEN], known[CAREFUL_SESSION]):
        return "and with it the token still costs less than a session"
    return "and then little is left of what JWT was for"


def _is_dearer(one: Candidate, two: Candidate) -> bool:
    """Whether a request costs more, beyond the spread."""
    return _cpu(one).differs_from(_cpu(two)) and _cpu(one).time_us > _cpu(two).time_us


def _figures(known: Mapping[str, Candidate]) -> str:
    token, session = known[REVOCABLE], known[SESSION_DB]
    text = (
        f"{token.title} costs {as_much(token, session)} and sends "
        f"{token.bytes_sent} bytes with each request instead of {session.bytes_sent}. "
        f"{_with_care(known)}"
    )
    alone = {candidate.family for candidate in known.values() if not candidate.request.queries}
    if alone == {Family.JWT}:
        text += f" What only a JWT can do: be checked where your database is not{_late(known)}."
    return text


def _late(known: Mapping[str, Candidate]) -> str:
    """When a log-out counts there at the soonest, with a way that the ranking admits there."""
    fit = (one for one in known.values() if not reasons(one, _ELSEWHERE))
    soonest = min(fit, key=lambda one: (LOG_OUT in one.late_at, one.lag_s), default=None)
    if soonest is None:
        return ", but none of those measured ends every stolen copy there"
    if LOG_OUT in soonest.late_at:
        return f"; with {soonest.title} a log-out then counts only when the access token runs out"
    late = f"up to {duration(soonest.lag_s)} late" if soonest.lag_s else "at once, too"
    return f"; with {soonest.title} a log-out then counts {late}"


def _with_care(known: Mapping[str, Candidate]) -> str:
    token, session = known[CAREFUL_TOKEN], known[CAREFUL_SESSION]
    once = token.request.queries == session.request.queries == 1
    built = (
        "Built with the same care, session and token cost one query each"
        if once
        else "Built with care"
    )
    return f"{built}, and the token costs {as_much(token, session)}. That token is {token.title}."


def why_cheaper(facts: Facts) -> str:
    """Why the last step is cheaper than the plain token, though it checks more; or empty."""
    known = {candidate.slug: candidate for candidate in facts.measurements.candidates}
    if not (known.keys() >= {*STEPS} and _is_dearer(known[PLAIN], known[CAREFUL_SESSION])):
        return ""
    return (
        f"The last one is cheaper than {known[PLAIN].title} though it checks more: a bar is the "
        "whole request, and the last two are this site’s own code, which does less for each "
        "request than Django’s sessions and simplejwt do."
    )


def as_much(candidate: Candidate, other: Candidate) -> str:
    """The cost of a request beside another one's: a difference within the spread is none."""
    one, two = _cpu(candidate), _cpu(other)
    if one.differs_from(two):
        times = one.figure.over(two.figure)
        return f"{times.median:.2f} ± {times.error:.2f} times as much as {other.title}"
    return f"as much as {other.title} (to within the spread)"


def _cpu(candidate: Candidate) -> Entry:
    """A way by the CPU time of a request alone."""
    return Entry(candidate, candidate.request.cpu_us, suits=True)


def _is_safe(candidate: Candidate) -> bool:
    return LOG_OUT not in (*candidate.open_after, *candidate.late_at)


def steps(facts: Facts) -> Iterator[Step]:
    """From Django's session to a JWT, to one that can be revoked, to both in one query."""
    known = {candidate.slug: candidate for candidate in facts.measurements.candidates}
    whole = known[SESSION_DB].request.cpu_us
    for candidate in (known[slug] for slug in STEPS if slug in known):
        ratio, spread = candidate.request.cpu_us / whole, candidate.noise_us / whole
        yield Step(candidate, ratio, spread, _is_safe(candidate), door(facts, candidate))


def door(facts: Facts, candidate: Candidate) -> str:
    """What becomes of a thief's copy after a log-out, in two words or a few more."""
    if LOG_OUT in candidate.open_after:
        return "thief in"
    if LOG_OUT in candidate.late_at:
        lifetime = facts.reports(candidate.slug)[LOG_OUT]["usual_lifetime_s"]
        return f"thief in, up to {duration(lifetime)}"
    return "thief stopped"
