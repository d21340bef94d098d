"""Where the thief comes in: storage, a script in the page, another site's form, refresh tokens."""

from accounts.lesson._base import Answer, Exercise, Lesson, Note, Reveal, Run, Step
from accounts.lesson._results import Results, revealing

SCRIPT = "script-in-a-comment"
CARRIED, OPEN_TAB = 0, 1  # columns of its result
ORDERS = ("owner-first", "thief-first", "grace", "owner-gone")


@revealing
def carried(on: Results) -> Reveal:
    """From where a script carried a login away."""
    found = on.robbery(SCRIPT)
    lost, kept = (found.titles(CARRIED, went_well=well) for well in (False, True))
    text = (
        f"In {found.play.browser} the script carried away what it could use later from: "
        f"{', '.join(lost)}. It carried nothing away from: {', '.join(kept)}."
    )
    return Reveal(text, tuple(found.cells(CARRIED, "carried away?")))


@revealing
def ridden(on: Results) -> Reveal:
    """What a script can do with a login that it cannot read."""
    found = on.experiment("http-only-protects")
    names = ("open-session-cookie", "closed-session-cookie")
    while_open, after = (found.number(name) for name in names)
    text = (
        f"With the session in an HttpOnly cookie the script got {while_open} orders through while "
        f"the tab was open, and {after} after it was closed."
    )
    return Reveal(text, tuple(found.figure(name) for name in names))


@revealing
def elsewhere(on: Results) -> Reveal:
    """How many orders of another page got through, by how the login is kept."""
    found = on.experiment("jwt-is-immune-to-csrf")
    names = [f"ridden-{house}" for house in ("session-cookie", "jwt-cookie", "local-storage")]
    session, cookie, header = (found.number(name) for name in names)
    text = (
        f"Another page got {session} orders through with a session in a cookie, {cookie} with a "
        f"JWT in a cookie, and {header} where the shop’s page puts the JWT into a header."
    )
    return Reveal(text, tuple(found.figure(name) for name in names))


@revealing
def rotated(on: Results) -> Reveal:
    """Who was in at the end, by who was first with a refresh token."""
    found = on.experiment("rotation-is-enough")
    figures = (
        found.figure(
            f"thief-{order}",
            found.one(f"thief-{order}").title,
            "the thief is in" if found.one(f"thief-{order}").median else "the thief is out",
        )
        for order in ORDERS
    )
    return Reveal(f"{found.words} {found.tipping_point}".rstrip(), tuple(figures))


@revealing
def stopped(on: Results) -> Reveal:
    """What becomes of the script's orders, by defence."""
    plays = {
        "without a defence": on.robbery(SCRIPT),
        "with tokens of two seconds": on.robbery(SCRIPT, "short-life"),
        "where comments are escaped": on.robbery(SCRIPT, "escape"),
        "with a Content Security Policy": on.robbery(SCRIPT, "policy"),
    }
    figures = [
        play.figure(
            f"Ways to keep a login by which the script ordered, {words}",
            f"{len(play.titles(OPEN_TAB, went_well=False))} of {len(play.play.result.rows)}",
        )
        for words, play in plays.items()
    ]
    said = ", ".join(
        f"{figure.value} {words}" for words, figure in zip(plays, figures, strict=True)
    )
    text = f"From the open tab the script ordered by so many ways to keep a login: {said}."
    return Reveal(text, tuple(figures))


class TheThief(Lesson):
    """Where a login is kept in the browser, and how a thief gets at it or uses it."""

    slug = "the-thief"
    title = "Where the thief comes in"
    order = 30
    objectives = (
        "say from where a script in the page can carry a login away,",
        "tell what an HttpOnly cookie protects from, and what not,",
        "explain why another site can use a cookie, but no token in a header,",
        "say when a stolen refresh token is noticed.",
    )
    steps = (
        Step(
            slug="where-to-keep",
            question="Somebody writes a script into a comment in a shop, and it runs in your page. "
            "From where can it carry your login away?",
            answers=(
                Answer(
                    "From localStorage only",
                    because="It also gets at a token in a variable: it asks for a new one, as the "
                    "page itself does.",
                ),
                Answer(
                    "From localStorage and from a variable, but not from an HttpOnly cookie",
                    right=True,
                    because="The browser shows an HttpOnly cookie to no script, and sends it to "
                    "the shop alone.",
                ),
                Answer(
                    "From everywhere",
                    because="An HttpOnly cookie is kept from all scripts by the browser itself.",
                ),
                Answer(
                    "From nowhere, because the shop uses HTTPS",
                    because="HTTPS protects the way to the shop. The script is already in the "
                    "page.",
                ),
            ),
            run=Run(
                "Play the attack, or open what came of it in two browsers.",
                f"/attacks/{SCRIPT}/",
            ),
            reveal=carried,
            keep="What the page can read, a script in the page can carry away.",
            note=Note(
                say="On the computer that runs the site you can play the attack: choose one way to "
                "keep a login, it has three steps. On other machines open “What came of it”. This "
                "kind of attack is called XSS.",
                wrong=(
                    (
                        "“From localStorage only”: ask how the page itself gets a fresh token "
                        "after a reload. The script asks in the same way."
                    ),
                    "“HTTPS”: ask at which end of the line the script is.",
                ),
                minutes=6,
            ),
            twice=True,
        ),
        Step(
            slug="http-only",
            question="The shop keeps the login in an HttpOnly cookie. No script can read it. Can "
            "the script in the comment still do harm?",
            answers=(
                Answer(
                    "No, it has nothing in its hands",
                    because="It need not read the cookie: the browser adds it to every request to "
                    "the shop.",
                ),
                Answer(
                    "Yes, as long as the tab is open",
                    right=True,
                    because="It orders from your page, and the browser sends the cookie along. It "
                    "can take nothing with it.",
                ),
                Answer(
                    "Yes, also after the tab was closed",
                    because="Then it runs no longer, and it could carry nothing away.",
                ),
            ),
            run=Run(
                "Press “Run it here”: the script orders while the tab is open, and afterwards.",
                "/claims/http-only-protects/",
            ),
            reveal=ridden,
            keep="What a script cannot read, it can still use, but it cannot take it along.",
            note=Note(
                say="Run the experiment. Compare the two groups of bars: while the tab was open, "
                "and after it was closed. HttpOnly makes the harm smaller; it does not stop the "
                "script.",
                wrong=(
                    (
                        "“Nothing in its hands”: ask who adds the cookie to a request, and whether "
                        "that looks who made the request."
                    ),
                ),
                minutes=3,
            ),
        ),
        Step(
            slug="another-site",
            question="You are logged in at the shop, and you open a page of a stranger. Its form "
            "orders a lamp at the shop. When can such an order get through?",
            answers=(
                Answer(
                    "Only when the login is a session",
                    because="A JWT in a cookie goes along as well. What counts is the cookie.",
                ),
                Answer(
                    "Only when the login is a JWT",
                    because="It is not the format that counts, but what the browser adds by "
                    "itself.",
                ),
                Answer(
                    "When the login is in a cookie, whether session or JWT",
                    right=True,
                    because="The browser adds cookies by itself. A header is added by the shop’s "
                    "own page, and by no other.",
                ),
                Answer(
                    "Never, because the stranger cannot read my cookie",
                    because="It need not read it. It is enough that the browser sends it.",
                ),
            ),
            run=Run(
                "Press “Run it here”: another page sends orders to three shops.",
                "/claims/jwt-is-immune-to-csrf/",
            ),
            reveal=elsewhere,
            keep="Cookies go along by themselves, so a shop with cookies has to ask where a "
            "request comes from.",
            note=Note(
                say="This attack is called CSRF. Run the experiment. The shop in it checks nothing "
                "but the login; Django’s forms carry a secret of their own against this. SameSite "
                "helps against a page of another site, and not against its neighbours.",
                wrong=(
                    "“Only a session”: there are JWTs in cookies, too. Ask who adds the cookie.",
                    "“Never”: ask whether a letter has to be read by whoever posts it.",
                ),
                minutes=6,
            ),
            twice=True,
        ),
        Step(
            slug="refresh",
            question="Each refresh token works once and is then replaced. A thief has copied "
            "yours. When does the server notice?",
            answers=(
                Answer(
                    "As soon as it is copied",
                    because="A copy changes nothing on the server.",
                ),
                Answer(
                    "When the same token is shown a second time, by you or by the thief",
                    right=True,
                    because="Then two people hold a copy, and the server ends the login for both. "
                    "Within seconds it takes them for two tabs, which is called the grace.",
                ),
                Answer(
                    "Never",
                    because="The second one to show it gives the theft away, unless one of the "
                    "two never comes.",
                ),
            ),
            run=Run(
                "Press “Run it here”: owner and thief use their copies in four orders.",
                "/claims/rotation-is-enough/",
            ),
            reveal=rotated,
            keep="A stolen refresh token is noticed when both copies are shown, and not before.",
            note=Note(
                say="Run the experiment and go through the four orders. Let two pupils play it "
                "with paper: one is the owner, one the thief, the teacher is the server and takes "
                "each slip once.",
                wrong=(
                    "“As soon as it is copied”: ask what the server sees of a copy.",
                    "“Never”: let them play the owner who comes back.",
                ),
                minutes=3,
            ),
        ),
    )
    exit = Step(
        slug="exit",
        question="The shop may do one thing against the script in the comment. Which one stops it "
        "altogether, wherever the login is kept?",
        answers=(
            Answer(
                "Keep the login in an HttpOnly cookie",
                because="Then it can carry nothing away, but it orders while the tab is open.",
            ),
            Answer(
                "Let access tokens live for two seconds",
                because="While the tab is open the script asks for the next one, as the page does.",
            ),
            Answer(
                "Write comments as text, so that no script in them runs",
                right=True,
                because="This is called escaping. A script that does not run can neither read a "
                "login nor use it.",
            ),
            Answer(
                "Use sessions instead of JWTs",
                because="The script uses a session’s cookie as well as a token.",
            ),
        ),
        run=None,
        reveal=stopped,
        keep="First see that no foreign script runs; then choose where to keep the login.",
        note=Note(
            say="Let everybody answer alone. Then collect from the class what each of the four "
            "lines does help against: none of them is useless.",
            wrong=(
                (
                    "“An HttpOnly cookie”: it is a good second wall. Ask what happens while the "
                    "tab is open."
                ),
            ),
            minutes=2,
        ),
    )
    exercises = (
        Exercise(
            task="Play the script in a comment without any defence. Which ways to keep a login "
            "could the script not read, and what could it do there all the same?",
            path="/attacks/script-in-a-comment/",
            hand_in="the link of the play.",
            solution="It reads no HttpOnly cookie. But it runs in the shop’s own page, and the "
            "browser sends the cookie along with whatever it asks for: it can order while the page "
            "is open. So HttpOnly keeps the login from being carried away, not from being used.",
        ),
        Exercise(
            task="Play the other page’s form twice: without a defence, and with one of your "
            "choice. Why can the other site’s page not do what your defence asks for?",
            path="/attacks/another-sites-form/",
            hand_in="the links of both plays.",
            solution="Another site’s page can send a form, but it cannot read the shop’s page to "
            "learn the token in its form, and it cannot change what the browser writes into Origin "
            "and Sec-Fetch-Site.",
        ),
        Exercise(
            task="Play the planted cookie with and without “A new key at the log-in”. What does "
            "the thief know before the victim logs in, and what is it worth afterwards?",
            path="/attacks/planted-cookie/",
            hand_in="the links of both plays.",
            solution="He knows the session key, as he has planted it. If the log-in keeps it, he "
            "is logged in together with the victim. If the log-in makes a new one, his is worth "
            "nothing.",
        ),
    )
