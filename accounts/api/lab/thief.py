"""The thief: copies a credential, and replays it from another HTTP client."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api.lab import answers, serializers
from accounts.api.lab.answers import Answer
from accounts.api.lab.views import INVALID, SLUG, LabView, known_login, or_refused
from accounts.api.serializers import Problem
from accounts.api.views import valid
from accounts.lab.theft import StolenCredential, decrypt, encrypt, replay, try_out
from accounts.lab.visitors import visitor_known
from accounts.tracing.recorder import untraced


@extend_schema(parameters=[SLUG])
class ThiefCopy(LabView):
    """The thief copies the credential."""

    @extend_schema("lab_copy_credential", request=None, responses=or_refused(serializers.LabCopied))
    def post(self, request: Request, slug: str) -> Answer:
        """The credential of this request, encrypted: no script reads it, nothing is stored.

        The thief tries it out at once, at a second server process.
        """
        accepted, credential = self.check(request)
        visitor = visitor_known(request._request)
        stolen = StolenCredential(slug, accepted.login_id, credential, visitor)
        with untraced():
            try_out(stolen, request._request)
        return Answer(
            answers.accepted(self.strategy),
            {"copy": encrypt(stolen)},
            credential=credential,
            issued=accepted.replacement,
        )


@extend_schema(parameters=[SLUG])
class ThiefReplay(LabView):
    """The thief replays the copy."""

    @extend_schema(
        "lab_replay_copy",
        request=serializers.LabCopy,
        responses={200: serializers.LabReplayed, 400: INVALID, 404: Problem},
    )
    def post(self, request: Request, slug: str) -> Answer:
        """Send the stolen credential from another HTTP client to a second server process.

        Where it gets in and holds a refresh token as well, it spends that too.
        """
        stolen = decrypt(valid(serializers.LabCopy, request)["copy"])
        if stolen is None or (stolen.slug, stolen.visitor) != (
            slug,
            visitor_known(request._request),
        ):
            raise ValidationError({"copy": ["This is not a copy that the thief made here."]})
        found = replay(stolen, request._request)
        if answers.wants_storage(request):
            login = known_login(stolen.login_id)
            found.body["storage"] = answers.storage(self.strategy, login, stolen.credential)
        return Answer(None, asdict(found))
