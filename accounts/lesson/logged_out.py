"""You logged out. Really? What ends a login, what that costs, and the matrix."""

from accounts.lesson._base import Answer, Exercise, Lesson, Note, Reveal, Run, Step
from accounts.lesson._results import Results, revealing

SESSION, JWT, BLACKLIST, SHORT = "session-db", "jwt-user", "jwt-blacklist", "jwt-rotating"
CAREFUL_SESSION, CAREFUL_JWT = "session-joined", "jwt-blacklist-joined"
LOG_OUT = "log-out"


@revealing
def copies(on: Results) -> Reveal:
    """What both copies got after the log-out."""
    ways = on.ways()
    session, token = ways.copy_after(LOG_OUT, SESSION), ways.copy_after(LOG_OUT, JWT)
    text = (
        f"After the log-out the matrix says of the session cookie’s copy “{session.value}”, and of "
        f"the JWT’s copy “{token.value}”."
    )
    return Reveal(text, (session, token))


@revealing
def revoked(on: Results) -> Reveal:
    """What the copy got where there is a blacklist, and what that costs each request."""
    ways = on.ways()
    copy = ways.copy_after(LOG_OUT, BLACKLIST)
    before, after = ways.queries(JWT), ways.queries(BLACKLIST)
    text = (
        f"With a blacklist the matrix says of the JWT’s copy “{copy.value}”. But each request now "
        f"takes {after.value}, and without the blacklist it took {before.value}."
    )
    return Reveal(text, (copy, before, after))


@revealing
def price(on: Results) -> Reveal:
    """What both cost that were built with the same care."""
    ways = on.ways()
    both = (CAREFUL_SESSION, CAREFUL_JWT)
    session, token = (ways.way(slug) for slug in both)
    text = (
        f"{token.title} costs {ways.as_much(CAREFUL_JWT, CAREFUL_SESSION)}, and sends "
        f"{token.bytes_sent} bytes with each request instead of {session.bytes_sent}."
    )
    figures = [figure(slug) for figure in (ways.queries, ways.cpu, ways.sent) for slug in both]
    return Reveal(text, tuple(figures))


@revealing
def lasting(on: Results) -> Reveal:
    """How long a copy goes on that nobody looks up."""
    found = on.experiment("short-expiry")
    copy = on.ways().copy_after(LOG_OUT, SHORT)
    text = (
        f"The matrix says of such a token’s copy “{copy.value}”. In the experiment: {found.words}"
    )
    return Reveal(text, (copy, found.figure("seconds-3"), found.figure("requests-3")))


@revealing
def closed(on: Results) -> Reveal:
    """How many ways let the thief in after no event that should end a login."""
    ways = on.ways()
    found, total = ways.closed(), ways.played()
    text = (
        f"{len(found)} of {total} ways let the thief in after none of these events: "
        f"{', '.join(found)}."
    )
    figure = ways.in_matrix("Ways that no event leaves open", f"{len(found)} of {total}")
    return Reveal(text, (figure,))


@revealing
def asking_nothing(on: Results) -> Reveal:
    """What a log-out does to the ways that ask nothing."""
    ways = on.ways()
    found = ways.asking_nothing()
    names = " and ".join(one.title for one in found)
    at_once = sum(ways.stops_at_once(LOG_OUT, one.slug) for one in found)
    text = (
        f"These ways ask the database nothing: {names}. {at_once or 'None'} of them stops the "
        "copy at once."
    )
    return Reveal(text, tuple(ways.copy_after(LOG_OUT, one.slug) for one in found))


class LoggedOut(Lesson):
    """Whose log-out stops a thief who has a copy, what that takes, and what it costs."""

    slug = "logged-out"
    title = "You logged out. Really?"
    order = 20
    objectives = (
        "predict whose copy still works after a log-out, and say why,",
        "name what a server has to remember so that it can end a token,",
        "say what that costs in queries, time and bytes,",
        "read the matrix of ways and events.",
    )
    steps = (
        Step(
            slug="stolen-copy",
            question="A thief has copied your session cookie and your JWT. You log out of both. "
            "Whose copy still works?",
            answers=(
                Answer(
                    "Neither: I have logged out",
                    because="Your browser threw its own copies away. The thief’s copies are "
                    "somewhere else.",
                ),
                Answer(
                    "Only the JWT",
                    right=True,
                    because="The log-out deletes the session’s row. Of the JWT the server keeps "
                    "nothing that it could delete.",
                ),
                Answer(
                    "Only the session cookie",
                    because="Its row is gone, so the number in it means nothing any more.",
                ),
                Answer(
                    "Both: a copy is a copy",
                    because="A copy is as good as the original. But the original session cookie is "
                    "refused now, too.",
                ),
            ),
            run=Run(
                "Play all four steps: log in, send the requests, log out, let the thief try.",
                f"/?left={SESSION}&right={JWT}",
            ),
            reveal=copies,
            keep="A log-out ends a session, but not a token that nobody looks up.",
            note=Note(
                say="This is the heart of the course: press all four buttons slowly, and stop "
                "before the last one. Who thinks that it will work? In the lab a login lasts an "
                "hour by itself, so the copy works for that long.",
                wrong=(
                    "“Neither”: ask where the thief’s copy lies, and who would delete it there.",
                    "“Both”: ask what the server does with a number that it does not find.",
                ),
                minutes=6,
            ),
            twice=True,
        ),
        Step(
            slug="what-it-takes",
            question="What would the server have to do so that a log-out ends the JWT, too?",
            answers=(
                Answer(
                    "Sign it with a longer key",
                    because="The signature is genuine, however long the key is: the copy is not "
                    "forged.",
                ),
                Answer(
                    "Delete the token in the browser",
                    because="It does that already. The thief’s copy is not in your browser.",
                ),
                Answer(
                    "Remember that this login has ended, and look that up for each request",
                    right=True,
                    because="Such a table is called a blacklist. It has a row for each login that "
                    "was ended early.",
                ),
                Answer(
                    "Use HTTPS",
                    because="HTTPS keeps a thief from listening. It does not help when a copy is "
                    "already stolen.",
                ),
            ),
            run=Run(
                "Play the four steps again: now the JWT has a blacklist.",
                f"/?left={SESSION}&right={BLACKLIST}",
            ),
            reveal=revoked,
            keep="To end a token, the server has to remember something and look it up each time.",
            note=Note(
                say="Play it, and compare the queries with those of the step before. The "
                "blacklist has only the logins that were ended early, the table of "
                "sessions has those that are alive.",
                wrong=(
                    (
                        "“A longer key”: a strong key keeps forgers out, and this thief forges "
                        "nothing."
                    ),
                    "“Delete it in the browser”: ask whose browser.",
                ),
                minutes=3,
            ),
        ),
        Step(
            slug="price",
            question="Now build both with care, so that each needs a single query: a session, and "
            "a JWT with a blacklist. Which one costs the server less time?",
            answers=(
                Answer(
                    "The JWT, by half or more",
                    because="It lost its advantage when it began to look something up.",
                ),
                Answer(
                    "The session, by half or more",
                    because="It may be a little cheaper, but most of the work of a request is the "
                    "same for both.",
                ),
                Answer(
                    "They cost nearly the same",
                    right=True,
                    because="Both ask the database once, and the rest of the request is the same.",
                ),
            ),
            run=Run(
                "Log in to both sides, send the requests, and compare what they cost.",
                f"/?left={CAREFUL_SESSION}&right={CAREFUL_JWT}",
            ),
            reveal=price,
            keep="A JWT that can be ended costs about what a session costs: little is left of what "
            "JWT was for.",
            note=Note(
                say="Times change from request to request, so do not believe a single figure: "
                "the page shows a median of thirty, the reveal one of many more. What is left for "
                "a JWT: it can be checked by a program that cannot reach your database.",
                wrong=(
                    (
                        "“The JWT, by half”: without a blacklist it saved a query beside Django’s "
                        "session. Ask which one that was, and which one it needs now."
                    ),
                ),
                minutes=3,
            ),
        ),
        Step(
            slug="short-life",
            question="Somebody does without a blacklist: access tokens live for five minutes and "
            "are not looked up. You log out. How long can the thief use a copied access token?",
            answers=(
                Answer(
                    "Not at all: the log-out counts at once",
                    because="Nobody asks whether you have logged out until the token is renewed.",
                ),
                Answer(
                    "Until it expires, for five minutes at most",
                    right=True,
                    because="The log-out ends the refresh token. The access token lives out its "
                    "time.",
                ),
                Answer(
                    "For ever",
                    because="When it has expired, the thief needs the refresh token, which the "
                    "log-out has ended.",
                ),
            ),
            run=Run(
                "Press “Run it here”: tokens that live for seconds, and a thief in a hurry.",
                "/claims/short-expiry/",
            ),
            reveal=lasting,
            keep="A short life limits what a thief can do, but it does not end it.",
            note=Note(
                say="Run the experiment; it takes a few seconds. Look at how many requests the "
                "thief got through. Ask what a bank would say to five minutes, and what a "
                "newspaper would.",
                wrong=(
                    "“Not at all”: ask which query would tell the server about the log-out.",
                    "“For ever”: ask what the thief needs after five minutes, and who gives it.",
                ),
                minutes=3,
            ),
        ),
        Step(
            slug="matrix",
            question="A log-out is not all. A password is changed, an account is closed, a key is "
            "replaced, a refresh token is used twice … How many ways keep the thief out each "
            "time?",
            answers=(
                Answer("All of them", because="Red in the matrix shows where a thief gets in."),
                Answer(
                    "A few, and nearly all of these look the login up for each request",
                    right=True,
                    because="Who reads the login’s row and its user’s sees what has happened. A "
                    "token that is bound to a key is the other way: no copy of it works at all.",
                ),
                Answer("None", because="Look for the ways without red: they come first."),
            ),
            run=Run("Look for the ways without any red.", "/lab/"),
            reveal=closed,
            keep="A look-up for each request notices everything that should end a login.",
            note=Note(
                say="Read one way of the matrix aloud, and one event. Then let the class find the "
                "ways without red, and say what these have in common: all but the token with a "
                "key of its own look the login up.",
                wrong=(
                    "“None”: they looked at the red alone. Let them leave out the ways with red.",
                ),
                minutes=3,
            ),
        ),
    )
    exit = Step(
        slug="exit",
        question="Somebody says: “Our server checks the signature and asks nothing else, and our "
        "log-out works at once.” What do you reply?",
        answers=(
            Answer(
                "That is right if the signature is strong",
                because="The signature says that the token is genuine. It says nothing of a "
                "log-out.",
            ),
            Answer(
                "That cannot be: a server that asks nothing cannot know of a log-out",
                right=True,
                because="Something has to be looked up: in a table, in memory or in a cache.",
            ),
            Answer(
                "That is right if the browser deletes the token",
                because="The thief’s copy is not in that browser.",
            ),
        ),
        run=None,
        reveal=asking_nothing,
        keep="Whoever asks nobody cannot know of a log-out at once.",
        note=Note(
            say="Let everybody answer alone. Whoever chose the browser’s deleting should say where "
            "the thief’s copy lies.",
            wrong=("“If the signature is strong”: the copy has exactly the same signature.",),
            minutes=2,
        ),
    )
    exercises = (
        Exercise(
            task="Find a way whose log-out stops the thief, but throws the owner’s other device "
            "out, too. Why does it?",
            path="/lab/",
            hand_in="the link of a run that shows both.",
            solution="“JWT + version number”: the log-out raises a counter on the user’s row, and "
            "all tokens of the user carry the old number, those of the other device as well.",
        ),
        Exercise(
            task="Find a way that lets the thief go on after a log-out, but stops him after a "
            "change of the password. What does it look at?",
            path="/lab/",
            hand_in="the links of both runs.",
            solution="“JWT + password digest”, “Session in the cookie” and “Session with a cache”: "
            "each has a digest that is made of the password’s hash, in the token, in the cookie or "
            "in the session. A new password has another hash. A log-out changes nothing of it: "
            "with the cache, the other process has its own copy of the session.",
        ),
        Exercise(
            task="How short would you let an access token live that is not looked up: for a bank, "
            "and for a newspaper? Give reasons with what the experiment measured.",
            path="/claims/short-expiry/",
            hand_in="the link of the run, and two sentences.",
            solution="There is no right number. A good answer says how long the thief went on and "
            "how many requests he sent in that time, and that a shorter life means more refreshes. "
            "For a bank, even a minute is too long.",
        ),
    )
