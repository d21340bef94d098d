"""The inspector: the content of a token, and why it would be accepted or refused now."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import current_login
from accounts.api.lab.serializers import Step, Verdict
from accounts.api.serializers import Problem, StrategySlug, TokenPair, Unauthorized
from accounts.api.views import ApiView, PublicApiView, token_pair, valid
from accounts.lab.instances import find_strategy
from accounts.site import inspection, signin, throttle
from accounts.site.throttle import Limit
from accounts.strategies import Accepted, Refused


class Pasted(serializers.Serializer[None]):
    """A token, and the lab's strategy that is to judge it; without one the site judges it."""

    token = serializers.CharField(write_only=True)
    strategy = StrategySlug(max_length=40, write_only=True, required=False)


class Finding(serializers.Serializer[None]):
    """One thing that the server asks of a token, and how that went."""

    title = serializers.CharField()
    asks = serializers.CharField()
    state = serializers.ChoiceField(choices=get_args(inspection.State))
    reason = serializers.CharField()


class Inspected(serializers.Serializer[None]):
    """The content of a token and the verdict; nothing of it is stored or logged."""

    header = serializers.DictField()
    claims = serializers.DictField()
    verdict = Verdict()
    findings = Finding(many=True)
    steps = Step(many=True)


class InspectorView(PublicApiView):
    """The inspector for any token."""

    @extend_schema("inspector_judge", request=Pasted, responses=Inspected)
    def post(self, request: Request) -> Response:
        """Judge a token as a request with it would be judged. Send it in the body."""
        body = valid(Pasted, request)
        slug = body.get("strategy")
        strategy = find_strategy(slug) if slug else None
        if slug and strategy is None:
            raise ValidationError({"strategy": ["No strategy has this name."]})
        found = inspection.inspect(body["token"], strategy)
        if strategy is None:
            signin.note_replay(request._request, body["token"], found.verdict)
        return Response(_answer(found))


class OwnTokenView(ApiView):
    """A token of the user's own for the inspector."""

    @extend_schema(
        "inspector_own_token",
        request=None,
        responses={201: TokenPair, 401: Unauthorized, 403: Problem, 429: Problem},
    )
    def post(self, request: Request) -> Response:
        """Log in by token as the user of this cookie. The login is listed like any other.

        It ends with its access token, in a few minutes, and what asks for the password again asks
        it of this token when it would ask the cookie.
        """
        user, auth = current_login(request)
        if auth.carrier != "session":
            raise PermissionDenied("Only for a cookie: who sends a token has one to look at")
        # Each is a row for a week, and needs no password.
        throttle.take(Limit("own-tokens", str(user.pk)))
        pair = signin.start_token_login(request._request, user, asked_by=auth.login_id)
        return Response(token_pair(pair), status=status.HTTP_201_CREATED)


def _answer(found: inspection.Inspection) -> dict[str, Any]:
    return {
        "header": found.header,
        "claims": found.claims,
        "verdict": _verdict(found.verdict),
        "findings": [_finding(finding) for finding in found.findings],
        "steps": [step.as_dict() for step in found.steps],
    }


def _verdict(verdict: Accepted | Refused) -> dict[str, Any]:
    if isinstance(verdict, Refused):
        return {
            "accepted": False,
            "step": verdict.step,
            "code": verdict.code,
            "reason": verdict.reason,
        }
    reason = f"Accepted as {verdict.user.username}"
    return {"accepted": True, "step": "accept", "code": "accepted", "reason": reason}


def _finding(finding: inspection.Finding) -> dict[str, str]:
    return {
        "title": finding.check.title,
        "asks": finding.check.asks,
        "state": finding.state,
        "reason": finding.reason,
    }
