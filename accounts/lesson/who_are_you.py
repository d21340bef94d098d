"""Who are you, every time? What a session cookie and a token are; a request with either."""

from accounts.lesson._base import Answer, Exercise, Lesson, Note, Reveal, Run, Step
from accounts.lesson._results import Results, revealing

SESSION, JWT, BARE = "session-db", "jwt-user", "jwt-stateless"
SIDE_BY_SIDE = f"/?left={SESSION}&right={JWT}"


@revealing
def sent(on: Results) -> Reveal:
    """How many bytes go with each request."""
    ways = on.ways()
    session, token = ways.way(SESSION), ways.way(JWT)
    text = (
        f"With each request the browser sends {session.bytes_sent} bytes that stand for the "
        f"session, or a JWT of {token.bytes_sent} bytes. Nothing else tells the server who asks."
    )
    return Reveal(text, (ways.sent(SESSION), ways.sent(JWT)))


@revealing
def readable(on: Results) -> Reveal:
    """How many facts about the user can be read without a key."""
    found = on.experiment("readable-payload")
    text = (
        f"Four facts about the user were looked for. Django’s session cookie shows "
        f"{found.number(f'facts-{SESSION}')} of them, simplejwt’s usual JWT "
        f"{found.number(f'facts-{JWT}')}, and a JWT that nobody looks up "
        f"{found.number(f'facts-{BARE}')}."
    )
    return Reveal(text, tuple(found.figure(f"facts-{slug}") for slug in (SESSION, JWT, BARE)))


@revealing
def forged(on: Results) -> Reveal:
    """How many forged tokens were let in."""
    found = on.experiment("insecure-by-design")
    text = (
        f"simplejwt let in {found.number(f'accepted-{BARE}')} of the forged tokens. Twelve "
        "careless lines, which do whatever a token asks for, let in "
        f"{found.number('accepted-naive')}. The signature protects, if the server checks it well."
    )
    figures = (found.figure(f"accepted-{BARE}"), found.figure("accepted-naive"))
    return Reveal(text, figures)


@revealing
def asked(on: Results) -> Reveal:
    """How often a request asks the database, and what that costs."""
    ways = on.ways()
    session, token = ways.queries(SESSION), ways.queries(JWT)
    text = (
        f"The session needs {session.value} for each request, the JWT {token.value}. In CPU time "
        f"the JWT costs {ways.as_much(JWT, SESSION)}."
    )
    return Reveal(text, (session, token, ways.cpu(SESSION), ways.cpu(JWT)))


@revealing
def stored(on: Results) -> Reveal:
    """How many rows the server keeps for a login."""
    ways = on.ways()
    session, token = ways.stored(SESSION), ways.stored(JWT)
    text = (
        f"For one login Django’s session keeps {session.value} in the database, simplejwt’s JWT "
        f"{token.value}. All JWTs are checked with the same key."
    )
    return Reveal(text, (session, token))


class WhoAreYou(Lesson):
    """What a session cookie and a token are, and what the server does with each of them."""

    slug = "who-are-you"
    title = "Who are you, every time?"
    order = 10
    objectives = (
        "say why a browser sends something along with every request,",
        "tell who can read a session cookie and a JWT, and who can change them,",
        "say what the server looks up for each of the two.",
    )
    steps = (
        Step(
            slug="every-request",
            question="You have given your password and are logged in. Now you click a link. "
            "How does the server know that it is still you?",
            answers=(
                Answer(
                    "By the address of my computer (its IP address)",
                    because="A whole school shares one address, and a telephone changes its own "
                    "on the way home.",
                ),
                Answer(
                    "My browser sends something along with every request",
                    right=True,
                    because="A cookie, or a token in a header. HTTP has no memory: without it, the "
                    "server would not know you.",
                ),
                Answer(
                    "My browser sends my password again",
                    because="The password is sent once, to log in. Something else stands for it "
                    "from then on.",
                ),
                Answer(
                    "The line to the server stays open",
                    because="It may stay open, but the server judges every request by itself.",
                ),
            ),
            run=Run("Log in to both sides, then send the requests.", SIDE_BY_SIDE),
            reveal=sent,
            keep="Every request has to say who you are: with a session cookie or with a token.",
            note=Note(
                say="Press “Start: log in to both”, then send the requests. Point at what was "
                "sent on each side. The cookie is a random number, the token is a text with a "
                "signature. Whoever has a copy of either can send it, too: that is the next "
                "lesson.",
                wrong=(
                    "“By my IP address”: ask how many people in the room have the same one now.",
                    "“The password is sent again”: ask where the browser would have to keep it.",
                ),
                minutes=3,
            ),
        ),
        Step(
            slug="who-can-read",
            question="A session cookie and a JWT lie in your browser. In which of the two can you "
            "read who you are?",
            answers=(
                Answer(
                    "In both",
                    because="The session cookie is a random number. What belongs to it lies in the "
                    "server’s database.",
                ),
                Answer(
                    "Only in the JWT",
                    right=True,
                    because="A JWT is signed and not encrypted: whoever holds it can read it.",
                ),
                Answer(
                    "Only in the session cookie",
                    because="It is the other way round: the cookie is a random number and says "
                    "nothing.",
                ),
                Answer(
                    "In neither, because both are encrypted",
                    because="A JWT looks like a secret, but it is only written in other letters "
                    "(Base64).",
                ),
            ),
            run=Run(
                "Press “Run it here”: it counts what can be read.", "/claims/readable-payload/"
            ),
            reveal=readable,
            keep="A JWT is signed and not encrypted: put no secret into it.",
            note=Note(
                say="Run the experiment. If there is time, open the Inspector, let it make a "
                "token, and let the class read the payload aloud.",
                wrong=("“Both are encrypted”: a signature shows who wrote it, and hides nothing.",),
                minutes=6,
            ),
            twice=True,
        ),
        Step(
            slug="who-can-change",
            question="Your JWT says which user you are. You write the number of another user into "
            "it and send it. What happens?",
            answers=(
                Answer(
                    "I am the other user",
                    because="Only where the server does not check the signature well.",
                ),
                Answer(
                    "The server refuses it, because the signature no longer fits",
                    right=True,
                    because="The signature is computed from the text of the token, with a key that "
                    "only the server has.",
                ),
                Answer(
                    "My browser does not send it",
                    because="A browser sends whatever it holds. It does not know what a token "
                    "says.",
                ),
            ),
            run=Run(
                "Press “Run it here”: forged tokens are sent to three servers.",
                "/claims/insecure-by-design/",
            ),
            reveal=forged,
            keep="You can read your JWT, but you cannot change it unnoticed: its signature breaks.",
            note=Note(
                say="Run the experiment. The careless lines are what one finds in tutorials: they "
                "let the token choose how it is checked. A library that is used as its "
                "documentation says does not.",
                wrong=(
                    (
                        "“I am the other user”: that is right for the careless lines, so ask what "
                        "they forget."
                    ),
                    (
                        "“Then a session cookie is safer”: a random number cannot be changed into "
                        "somebody else’s either, because nobody can guess one."
                    ),
                ),
                minutes=6,
            ),
            twice=True,
        ),
        Step(
            slug="who-asks",
            question="For each request Django’s session asks the database twice: for the session, "
            "and for the user. How often does simplejwt’s usual JWT ask?",
            answers=(
                Answer(
                    "Never: everything is in the token",
                    because="That can be built, too. But simplejwt’s default asks whether the "
                    "account is still there and active.",
                ),
                Answer(
                    "Once: for the user",
                    right=True,
                    because="The signature says who you are, and the user’s row says whether you "
                    "may still come in.",
                ),
                Answer(
                    "Twice, like the session",
                    because="There is no session to look up: that is what the signature is for.",
                ),
            ),
            run=Run(
                "Send the requests, then compare how often each side asks the database.",
                SIDE_BY_SIDE,
            ),
            reveal=asked,
            keep="The signature replaces one look-up, that of the session.",
            note=Note(
                say="Log in to both, send the requests and read the first row of both tables "
                "aloud. Ask what was saved: the look-up of the session. The same page in a tab of "
                "its own draws each query as an arrow.",
                wrong=(
                    (
                        "“Never”: it is a good guess, and there is such a token (JWT without "
                        "look-up). Ask how it would learn that an account was closed."
                    ),
                ),
                minutes=3,
            ),
        ),
    )
    exit = Step(
        slug="exit",
        question="What does the server have to keep so that it can accept a session cookie, and "
        "what so that it can accept a JWT?",
        answers=(
            Answer(
                "For sessions a row for each login, for JWTs only a key",
                right=True,
                because="The row says whose the random number is. The key is the same for all "
                "users.",
            ),
            Answer(
                "For both a row for each login",
                because="A JWT itself says whose it is, so it needs no row to be accepted.",
            ),
            Answer(
                "For both nothing",
                because="Without its row a session cookie is a number like any other.",
            ),
            Answer(
                "For both the password, which it compares each time",
                because="The password is asked for at the log-in only.",
            ),
        ),
        run=None,
        reveal=stored,
        keep="A session is a number that the server looks up; a JWT is a text that it checks.",
        note=Note(
            say="Let everybody answer alone. Then ask: if the server keeps nothing of a JWT, what "
            "can it delete when you log out? With that question the next lesson begins.",
            wrong=("“For both a row”: ask which column a JWT would have to be looked up by.",),
            minutes=2,
        ),
    )
    exercises = (
        Exercise(
            task="Play “Session (Django)” and “JWT without look-up” against the log-out. What does "
            "the server ask its database for the owner’s own request, with each of the two?",
            path="/lab/",
            hand_in="the links of both runs.",
            solution="With the session it asks for the row of the session and for that of the "
            "user. With the JWT it asks nothing: the signature is enough.",
        ),
        Exercise(
            task="Let the shop check the signature and nothing else. Name a forged token that gets "
            "in all the same, and say why.",
            path="/attacks/forged-token/",
            hand_in="the link of the play.",
            solution="Whatever the shop’s own key has signed gets in: a token that has expired, "
            "one for another service, a refresh token, one of a login that has ended. A signature "
            "says who wrote a token, and not whether it is still good.",
        ),
        Exercise(
            task="Somebody says that a JWT saves a query. Put it to the test. For which ways is it "
            "true, and what do these not notice?",
            path="/claims/stateless-saves-a-query/",
            hand_in="the link of the run.",
            solution="A JWT that nobody looks up saves both queries of Django’s session, and "
            "notices no log-out. As soon as it is looked up, it needs a query again, and a session "
            "can be built with one query, too.",
        ),
    )
