"""Users, their logins, the rows of our session engine, the blacklist, and what was played.

No credential is stored: a keyed digest at most. Imports ``conf`` alone of the project.
Read ``login.py`` first: a login is a signed-in device, and ``end`` is the one door out.
"""

from accounts.models.attacks import AttackAct, AttackPlay, Loot, ShopLogin
from accounts.models.blacklist import (
    BLACKLIST_CHANNEL,
    BlacklistedToken,
    blacklist_token,
    pruned_before,
)
from accounts.models.claim_runs import ClaimGuesses, ClaimRun, guess_count
from accounts.models.end_reason import EndReason
from accounts.models.lesson import (
    JOINED,
    ROUNDS,
    Phase,
    Room,
    Tally,
    Vote,
    room_join,
    room_move,
    room_open,
    tally,
    vote_cast,
)
from accounts.models.lesson_links import HandIn, LessonRun, hand_in, run_note
from accounts.models.login import (
    TOUCH_EVERY,
    Login,
    LoginQuerySet,
    Session,
    blacklist_login,
    login_begin,
    login_replace,
    login_replay_untold,
    login_touch,
)
from accounts.models.proofs import SeenProof, proof_note
from accounts.models.runs import BenchRun, BenchRunQuerySet, Run, RunQuerySet, RunTurn
from accounts.models.throttle import ThrottleCount
from accounts.models.user import LAB_HASHER, PasswordReplaced, Role, User

__all__ = [
    "BLACKLIST_CHANNEL",
    "JOINED",
    "LAB_HASHER",
    "ROUNDS",
    "TOUCH_EVERY",
    "AttackAct",
    "AttackPlay",
    "BenchRun",
    "BenchRunQuerySet",
    "BlacklistedToken",
    "ClaimGuesses",
    "ClaimRun",
    "EndReason",
    "HandIn",
    "LessonRun",
    "Login",
    "LoginQuerySet",
    "Loot",
    "PasswordReplaced",
    "Phase",
    "Role",
    "Room",
    "Run",
    "RunQuerySet",
    "RunTurn",
    "SeenProof",
    "Session",
    "ShopLogin",
    "Tally",
    "ThrottleCount",
    "User",
    "Vote",
    "blacklist_login",
    "blacklist_token",
    "guess_count",
    "hand_in",
    "login_begin",
    "login_replace",
    "login_replay_untold",
    "login_touch",
    "proof_note",
    "pruned_before",
    "room_join",
    "room_move",
    "room_open",
    "run_note",
    "tally",
    "vote_cast",
]
