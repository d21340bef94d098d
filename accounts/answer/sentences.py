"""What a ranking says, in words: computed, so that other figures say something else."""

from collections.abc import Sequence

from accounts.answer.facts import Facts
from accounts.answer.ranking import (
    JWT,
    Audience,
    Candidate,
    Entry,
    Excluded,
    Ranking,
    Reason,
    System,
    entry,
    refreshes_per_hour,
)
from accounts.answer.tipping import TippingPoint, changes_for_jwt, way_out
from accounts.bench.result import SESSION_DB
from accounts.lab.events import events
from accounts.lab.wording import duration

AUDIENCES = {
    Audience.BROWSERS: "browsers (a website)",
    Audience.PROGRAMS: "apps and programs (an API)",
}
MISFIT = {
    Audience.BROWSERS: "a script in the page could read it",
    Audience.PROGRAMS: "a program would have to keep a cookie",
}
_MINUTE = 60  # seconds
_FINE, _COARSE = 1000, 10_000  # microseconds


def recommendation(facts: Facts, system: System, ranking: Ranking) -> str:
    """What the winner does and costs, and what the best of the other kind would."""
    best = ranking.winner
    if best is None:
        text = "No way that was measured here does all of this."
        return f"{text} {_ASKS_NOBODY}" if system.services and not system.late_s else text
    sentences = [counts(best.candidate, system)]
    if renewed := refreshes(best.candidate, system):
        sentences.append(f"This takes {renewed}: {_queries(best.candidate, system)}.")
    sentences.append(_costs(facts, system, ranking, best))
    if ranking.equals:
        names = _listed([one.candidate.title for one in ranking.equals])
        sentences.append(f"{names}: the same cost, as the difference is within the spread.")
    if not best.suits:
        sentences.append(f"Beware: {MISFIT[ranking.audience]}.")
    return " ".join([*sentences, _rival(ranking, best)]).rstrip()


_ASKS_NOBODY = "A service that asks nobody cannot know of a log-out at once."


def counts(candidate: Candidate, system: System) -> str:
    """When a log-out takes effect."""
    if candidate.late_at:
        lives = whole(system.late_s)
        return f"A log-out takes effect within {lives}: no access token is to live longer."
    when = f"within {whole(candidate.lag_s)}" if candidate.lag_s else "at once"
    return f"A log-out takes effect {when}."


def refreshes(candidate: Candidate, system: System) -> str:
    """How often tokens are fetched, and what each time asks the database; empty where none are."""
    times = refreshes_per_hour(candidate, system)
    if not (times and candidate.refresh):
        return ""
    each = candidate.refresh.queries
    queries = f"{each} {'query' if each == 1 else 'queries'} each"
    return f"up to {times:,.0f} refreshes per user and hour, {queries}"


def _queries(candidate: Candidate, system: System) -> str:
    """What the database is asked of a user in an hour, beside one question at each request."""
    asked = system.per_hour * candidate.request.queries
    if candidate.refresh:
        asked += round(refreshes_per_hour(candidate, system) * candidate.refresh.queries)
    return f"{asked:,} queries an hour, where one at each request would be {system.per_hour:,}"


def _costs(facts: Facts, system: System, ranking: Ranking, best: Entry) -> str:
    text = f"A request takes {milliseconds(best.time_us)}"
    if best.candidate.slug == SESSION_DB:
        return f"{text}."
    default = facts.candidate(SESSION_DB)
    times = best.time_us / entry(default, facts.measurements, system, ranking.audience).time_us
    return f"{text}, {times:.2f} times as long as with {default.title}."


def _rival(ranking: Ranking, best: Entry) -> str:
    other = ranking.rival
    if other is None:
        return ""
    size = other.candidate.bytes_sent - best.candidate.bytes_sent
    bytes_more = f"send {abs(size)} bytes {'more' if size > 0 else 'less'} each time"
    text = f"{other.candidate.title} would {_time(other, best)} and {bytes_more}"
    return f"{text}{_misfit(other, best, ranking)}."


def _misfit(other: Entry, best: Entry, ranking: Ranking) -> str:
    """What speaks against the other one, if it suits worse."""
    return f", but {MISFIT[ranking.audience]}" if best.suits > other.suits else ""


def _time(other: Entry, best: Entry) -> str:
    if not other.differs_from(best):
        return "take as long"
    gap = other.time_us - best.time_us
    return f"take {milliseconds(abs(gap))} {'more' if gap > 0 else 'less'}"


def would_change(facts: Facts, system: System, audience: Audience, point: TippingPoint) -> str:
    """A tipping point: what would have to be otherwise, and what would win."""
    if point.winner:
        return f"If {condition(point)}: take {_named(point.winner)}."
    none = f"If {condition(point)}: none of these ways will do"
    further = way_out(facts.measurements, system, audience, point)
    if further is None or further.winner is None:
        return f"{none}."
    return f"{none}, unless {condition(further)}, too: then take {_named(further.winner)}."


def _named(candidate: Candidate) -> str:
    """A way, and what it has to be set to where its tokens alone end a login."""
    lives = " with access tokens that live no longer" if candidate.late_at else ""
    return f"{candidate.title}{lives}"


def one_for_both(rankings: Sequence[Ranking]) -> str:
    """What speaks against one way for all clients; empty where one is the best for all."""
    winners = [one.winner for one in rankings if one.winner]
    if len({one.candidate.slug for one in winners}) < len(Audience):
        return ""
    against = (
        f"with {winner.candidate.title} {MISFIT[other.audience]}"
        for winner, other in zip(winners, reversed(rankings), strict=True)
    )
    return f"One way for both? Then {'; '.join(against)}. You can run both, as this site does."


ORDERED_BY = {
    Audience.BROWSERS: "Cookies come first, because no script in the page can read them; "
    "among these, and among the others, the shortest time is first.",
    Audience.PROGRAMS: "Headers come first, because a program keeps no cookie by itself; "
    "among these, and among the others, the shortest time is first.",
}


def condition(point: TippingPoint) -> str:
    """What would have to be otherwise."""
    value, more = round(point.value, 1), "or more" if point.is_more else "or less"
    match point.parameter.name:
        case "distance_ms":
            return f"the database were {value:g} ms away {more if value else ''}".rstrip()
        case "late_s":
            return _until(int(value), is_more=point.is_more)
        case "per_hour":
            return f"a user sent {value:,.0f} requests an hour {more}"
        case "services":
            return "a service had to check logins without the database" if value else _REACHED
        case _:
            most = "" if point.is_more else "no more than "
            return f"a cookie or token could have {most}{value:.0f} bytes"


_REACHED = "every service could reach the database"


def _until(seconds: int, *, is_more: bool) -> str:
    if is_more:
        return f"a log-out might take {whole(seconds)} to take effect"
    return f"a log-out had to take effect {f'within {whole(seconds)}' if seconds else 'at once'}"


def when_jwt_wins(facts: Facts, system: System, ranking: Ranking) -> str:
    """Whether a JWT wins here, or the least that would make it win."""
    best = ranking.winner
    if best and best.candidate.family == JWT:
        return f"A JWT wins here: {best.candidate.title}."
    changes = changes_for_jwt(facts.measurements, system, ranking.audience)
    if not changes:
        return "A JWT does not win here, and no single figure or two of them would make it win."
    title = "".join(_named(one) for one in [changes[-1].winner] if one)
    return f"A JWT would win if {' and '.join(map(condition, changes))}: {title}."


def without_copying(ranking: Ranking) -> str:
    """What Django's own session would cost, which needs no line copied; empty where it will not do.

    The lines that a way needs are weighed by nobody but the reader.
    """
    best = ranking.winner
    plain = next((one for one in ranking.entries if one.candidate.slug == SESSION_DB), None)
    if best is None or plain is None or plain is best:
        return ""
    text = f"{plain.candidate.title} needs no line copied and would {_time(plain, best)}"
    return f"{text}{_misfit(plain, best, ranking)}."


def reasons_in_words(excluded: Excluded, system: System) -> list[str]:
    """Each reason for which a way is out."""
    return [_why(why, excluded.candidate, system) for why in excluded.why]


def _why(why: Reason, candidate: Candidate, system: System) -> str:
    match why:
        case Reason.OPEN:
            return f"a stolen copy outlives: {_events(candidate.open_after)}"
        case Reason.THROWS_OUT:
            return f"throws out other devices too: {_events(candidate.throws_out_at)}"
        case Reason.LATE if candidate.late_at:
            return f"waits until the access token runs out: {_events(candidate.late_at)}"
        case Reason.LATE:
            return f"a log-out may take {whole(candidate.lag_s)} to reach every server process"
        case Reason.DATABASE:
            return "asks the database, which a service cannot reach"
        case Reason.HEADER:
            return f"sends {candidate.bytes_sent} bytes, more than {system.header_bytes}"


def _events(slugs: Sequence[str]) -> str:
    return ", ".join(events[slug].title.lower() for slug in slugs)


def beside(facts: Facts, system: System, one: Candidate, two: Candidate) -> str:
    """Two ways in a sentence: which takes longer here."""
    both = (
        entry(candidate, facts.measurements, system, Audience.PROGRAMS) for candidate in (one, two)
    )
    quick, slow = sorted(both, key=lambda found: found.time_us)
    if not quick.differs_from(slow):
        return f"{one.title} and {two.title} take as long: the difference is within the spread."
    saved = slow.time_us - quick.time_us
    return (
        f"{quick.candidate.title} takes {milliseconds(saved)} less than {slow.candidate.title}: "
        f"{saved / slow.time_us:.0%} of its time."
    )


def milliseconds(us: float) -> str:
    """A time with the figures that count: ``0.74 ms``, ``1.8 ms``, ``12 ms``."""
    digits = 2 if us < _FINE else 1 if us < _COARSE else 0
    return f"{us / 1000:.{digits}f} ms"


def late(seconds: int) -> str:
    """When a log-out has to take effect."""
    return f"within {whole(seconds)}" if seconds else "at once"


def whole(seconds: float) -> str:
    """Whole seconds as a duration, without the decimals of a measured one."""
    return f"{seconds:.0f} s" if seconds < _MINUTE else duration(seconds)


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
