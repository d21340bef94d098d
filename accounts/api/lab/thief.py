"""The thief: copies a credential, and replays it from another HTTP client."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lab import answers, serializers
from accounts.api.lab.answers import Answer
from accounts.api.lab.views import INVALID, SLUG, LabView, known_login, or_refused
from accounts.api.serializers import Problem
from accounts.api.views import valid
from accounts.lab.theft import StolenCredential, decrypt, encrypt, replay
from accounts.lab.visitors import visitor_known


@extend_schema(parameters=[SLUG])
class ThiefCopy(LabView):
    """The thief copies the credential."""

    @extend_schema("lab_copy_credential", request=None, responses=or_refused(serializers.LabCopied))
    def post(self, request: Request, slug: str) -> Answer:
        """The credential of this request, encrypted: no script reads it, nothing is stored."""
        accepted, credential = self.check(request)
        visitor = visitor_known(request._request)
        stolen = StolenCredential(slug, accepted.login_id, credential, visitor)
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
    def post(self, request: Request, slug: str) -> Response:
        """Send the stolen credential from another HTTP client, and say what it got."""
        stolen = decrypt(valid(serializers.LabCopy, request)["copy"])
        if stolen is None or (stolen.slug, stolen.visitor) != (
            slug,
            visitor_known(request._request),
        ):
            raise ValidationError({"copy": ["This is not a copy that the thief made here."]})
        code, body = replay(stolen, f"{request.scheme}://{request.get_host()}")
        if answers.wants_storage(request):
            login = known_login(stolen.login_id)
            body["storage"] = answers.storage(self.strategy, login, stolen.credential)
        return Response({"status": code, "body": body})
