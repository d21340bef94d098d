"""The shapes of the lab's answers, for the OpenAPI document. ``_us``: microseconds."""

from typing import Any, get_args

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from accounts.api.authentication import Action
from accounts.api.serializers import EventSlug, Problem, StrategySlug
from accounts.lab.events import events
from accounts.lab.transcript import Who
from accounts.lab.wording import LEGEND
from accounts.registry import Registry
from accounts.strategies import Other, Outcome, strategies
from accounts.tracing.recorder import Kind

OUTCOMES = [str(each) for each in Outcome]


def _texts() -> serializers.DictField:
    return serializers.DictField(child=serializers.CharField())


class Verdict(serializers.Serializer[None]):
    """The outcome of a request in words; ``step`` is the one that decided."""

    accepted = serializers.BooleanField()
    step = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class Step(serializers.Serializer[None]):
    """One thing that the server did for a request."""

    kind = serializers.ChoiceField(choices=get_args(Kind))
    name = serializers.CharField()
    detail = serializers.CharField()
    start_us = serializers.FloatField(help_text="Since the request began.")
    duration_us = serializers.FloatField()
    rows = serializers.IntegerField(allow_null=True)


class Carried(serializers.Serializer[None]):
    """How the credential came, if one did: never the credential itself."""

    carrier = serializers.ChoiceField(choices=["none", "cookie", "bearer", "body"])
    name = serializers.CharField(required=False)
    masked = serializers.CharField(required=False)
    bytes = serializers.IntegerField(required=False)


class Tally(serializers.Serializer[None]):
    """How many steps of each kind there were."""

    sql = serializers.IntegerField()
    sql_us = serializers.FloatField()
    signatures = serializers.IntegerField()
    hashes = serializers.IntegerField()
    cache = serializers.IntegerField()


class Trace(serializers.Serializer[None]):
    """What the server did; without method, path and status where it was no request."""

    method = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    status = serializers.IntegerField(required=False)
    credential = Carried()
    total_us = serializers.FloatField()
    steps = Step(many=True)
    tally = Tally()


class BrowserStorage(serializers.Serializer[None]):
    """What the client keeps: its credential masked, a token's content decoded."""

    kind = serializers.ChoiceField(choices=["nothing", "cookie", "token", "opaque"])
    note = serializers.CharField()
    name = serializers.CharField(required=False)
    masked = serializers.CharField(required=False)
    bytes = serializers.IntegerField(required=False)
    header = serializers.DictField(required=False)
    claims = serializers.DictField(required=False)
    expires = serializers.IntegerField(
        required=False, allow_null=True, help_text="Seconds since 1970."
    )


class StoredRow(serializers.Serializer[None]):
    """A row that the server keeps for a login, its secrets masked."""

    table = serializers.CharField()
    columns = _texts()


class ServerStorage(serializers.Serializer[None]):
    """What the server keeps."""

    rows = StoredRow(many=True)
    note = serializers.CharField()


class Storage(serializers.Serializer[None]):
    """Who stores what."""

    browser = BrowserStorage()
    server = ServerStorage()


class LabAnswer(serializers.Serializer[None]):
    """An answer of the lab; ``trace`` while tracing is on, ``storage`` with ``?storage=1``."""

    verdict = Verdict()
    trace = Trace(required=False)
    storage = Storage(required=False)


class LabRefusal(Problem, LabAnswer):
    """An error of the lab; it has no verdict where the request did not come to its strategy."""

    verdict = Verdict(required=False)
    action = serializers.ChoiceField(choices=get_args(Action), required=False)


class LabFieldErrors(LabAnswer):
    """The verdict, and the messages for each field that is wrong."""


class LabIdentity(serializers.Serializer[None]):
    """The user's name, and the role as fresh as the strategy has it."""

    username = serializers.CharField()
    role = serializers.CharField()


class LabTokens(LabAnswer):
    """With the tokens that were handed out; a cookie is handed out in its header."""

    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)


class LabMe(LabTokens):
    """Who the credential belongs to."""

    user = LabIdentity()


class LabRefreshed(LabTokens):
    """The answer to a refresh."""

    access = serializers.CharField()


class LabPassword(LabTokens):
    """The answer to a change of password: the new one, made by the server like the first."""

    password = serializers.CharField()


class LabCopied(LabTokens):
    """The answer to the thief."""

    copy = serializers.CharField(help_text="The credential, encrypted by the server.")


class LabCopy(serializers.Serializer[None]):
    """The thief's copy, as the server made it."""

    copy = serializers.CharField(max_length=16384, write_only=True)


@extend_schema_field(
    PolymorphicProxySerializer("LabReplay", [LabMe, LabRefusal], resource_type_field_name=None)
)
class _Replay(serializers.DictField):
    """The body of the answer to a replay."""


class LabReplayed(serializers.Serializer[None]):
    """What the thief got."""

    status = serializers.IntegerField()
    body = _Replay()
    renewed = serializers.BooleanField(
        allow_null=True, help_text="Whether the stolen refresh token gave new tokens."
    )
    renews_until = serializers.IntegerField(
        allow_null=True, help_text="Until when it will, in seconds since 1970."
    )


class LabBeginning(serializers.Serializer[None]):
    """Under which strategies to log in."""

    strategies = serializers.ListField(
        child=StrategySlug(max_length=40), min_length=1, max_length=2
    )


class LabBegun(LabAnswer):
    """A login, and the thief's copy of it."""

    slug = serializers.CharField()
    user = LabIdentity()
    access = serializers.CharField(required=False)
    copy = serializers.CharField(help_text="The credential, encrypted by the server.")


class LabLogins(serializers.Serializer[None]):
    """The logins, in the order that was asked for."""

    logins = LabBegun(many=True)


class LabUser(serializers.Serializer[None]):
    """A throwaway user, and until when it lives."""

    username = serializers.CharField()
    expires = serializers.DateTimeField()


class NewLabUser(LabUser):
    """A new throwaway user."""

    password = serializers.CharField()


class SentRequest(serializers.Serializer[None]):
    """What was sent, its credentials masked. Staff changes things without a request."""

    method = serializers.CharField(help_text="Empty where staff changed something.")
    path = serializers.CharField(help_text="Empty where staff changed something.")
    headers = _texts()
    body = serializers.DictField(allow_null=True)


class ReceivedAnswer(serializers.Serializer[None]):
    """What came back, its credentials masked; null where there was no request."""

    status = serializers.IntegerField(allow_null=True)
    body = serializers.DictField(allow_null=True)


class Exchange(serializers.Serializer[None]):
    """A request of a scenario and its answer."""

    who = serializers.ChoiceField(choices=get_args(Who))
    title = serializers.CharField()
    request = SentRequest()
    response = ReceivedAnswer()
    trace = Trace(allow_null=True)
    at_ms = serializers.FloatField(help_text="Milliseconds since the scenario began.")


class LostResponse(serializers.Serializer[None]):
    """What became of a client, and of a thief, who spent one refresh token more than once."""

    strategy = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField(help_text="Why it ends like this.")
    grace_s = serializers.FloatField(help_text="Seconds: what is spent in them is in parallel.")
    goes_on = serializers.BooleanField(help_text="The client has tokens that work.")
    thief_in = serializers.BooleanField(allow_null=True, help_text="So has the thief, if any.")
    reason = serializers.CharField()
    end_reason = serializers.CharField(help_text="In the list of logins; empty while it is live.")
    error = serializers.CharField(allow_null=True)
    started_again = serializers.BooleanField(
        help_text="Its user was deleted: played with another one."
    )
    transcript = Exchange(many=True)


class ChosenCells(serializers.Serializer[None]):
    """Which cells of the matrix to play: each strategy against each event."""

    strategies = serializers.ListField(child=StrategySlug(max_length=40), allow_empty=False)
    events = serializers.ListField(child=EventSlug(max_length=40), allow_empty=False)

    def validate_strategies(self, slugs: list[str]) -> list[str]:
        """Refuse what is not in the registry."""
        return _known(slugs, strategies)

    def validate_events(self, slugs: list[str]) -> list[str]:
        """Refuse what is not in the registry."""
        return _known(slugs, events)


def _known(slugs: list[str], registry: Registry[Any]) -> list[str]:
    if unknown := next((slug for slug in slugs if slug not in registry), None):
        raise serializers.ValidationError(f"There is nothing called {unknown} here.", "unknown")
    return list(dict.fromkeys(slugs))


class RenderedCell(serializers.Serializer[None]):
    """The cell as the page shows it."""

    tone = serializers.ChoiceField(choices=list(LEGEND))
    html = serializers.CharField()


class Consequence(serializers.Serializer[None]):
    """What the thief's copy gets, and what becomes of the other device."""

    thief = serializers.ChoiceField(choices=OUTCOMES)
    other = serializers.ChoiceField(choices=get_args(Other))


class Report(serializers.Serializer[None]):
    """One cell of the matrix, measured."""

    strategy = serializers.CharField()
    event = serializers.CharField()
    database = serializers.CharField()
    started = serializers.DateTimeField()
    duration_ms = serializers.FloatField()
    thief = serializers.ChoiceField(choices=OUTCOMES, allow_null=True)
    thief_after_s = serializers.FloatField(allow_null=True)
    played_lifetime_s = serializers.FloatField(allow_null=True)
    usual_lifetime_s = serializers.FloatField()
    other = serializers.ChoiceField(choices=get_args(Other))
    role = serializers.CharField(allow_null=True)
    cost_queries = serializers.IntegerField(help_text="Of the event itself.")
    cost_us = serializers.FloatField(help_text="Of the event itself.")
    sql_per_request = serializers.IntegerField()
    bytes_per_request = serializers.IntegerField()
    expected = Consequence(help_text="As the strategy declares it.")
    error = serializers.CharField(allow_null=True, help_text="How the scenario broke.")
    event_at = serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    applies_only = serializers.CharField(help_text="Where the event can happen at all.")
    taken = serializers.IntegerField(
        allow_null=True, help_text="Of 20 users: whom the thief can be with what leaked."
    )
    phases = serializers.ListField(
        child=serializers.ListField(child=serializers.BooleanField(), min_length=2, max_length=2),
        help_text="Whether the thief and the other device got in: while the store was away, after.",
    )
    matches = serializers.BooleanField(help_text="What was measured is what is declared.")
    at_once = serializers.BooleanField()
    why = serializers.CharField(help_text="The last verdict on the thief, in words.")


class RunAnswer(serializers.Serializer[None]):
    """A played scenario. No credential is in it: they were masked when recorded."""

    id = serializers.UUIDField()
    url = serializers.CharField(help_text="The page with its transcript: a permanent link.")
    batch = serializers.UUIDField(help_text="The request that played it.")
    strategy = serializers.CharField()
    event = serializers.CharField()
    database = serializers.CharField()
    created = serializers.DateTimeField()
    cell = RenderedCell()
    cost = serializers.CharField(help_text="Of the event itself; empty where none happened.")
    report = Report()


class RunTranscript(RunAnswer):
    """The same with every exchange."""

    transcript = Exchange(many=True)


class RunWaits(serializers.Serializer[None]):
    """The request waits for its turn: send it again, with the cookie, after ``Retry-After``."""

    place = serializers.IntegerField(min_value=1, help_text="In the line; the first one is 1.")
