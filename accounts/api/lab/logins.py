"""How the first page begins: one request logs in under each strategy, and a thief copies it all."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import enforce_csrf
from accounts.api.lab import answers
from accounts.api.lab import serializers as shapes
from accounts.api.lab.views import NONCE_HEADER, issued, proof_of, set_cookie
from accounts.api.views import PublicApiView, valid
from accounts.lab import users
from accounts.lab.instances import find_strategy
from accounts.lab.theft import StolenCredential, encrypt, try_out
from accounts.lab.visitors import login_count, visitor_count, visitor_known, visitor_remember
from accounts.models import Login
from accounts.strategies import Credential, Strategy
from accounts.tokens.possession import nonces
from accounts.tracing.recorder import tracing
from accounts.tracing.sql import sql_steps


class LabLogins(PublicApiView):
    """Log in under one or two strategies at once, and be robbed."""

    @extend_schema(
        "lab_begin",
        request=shapes.LabBeginning,
        responses={
            201: shapes.LabLogins,
            **dict.fromkeys((403, 404, 429), serializers.Problem),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Make a throwaway user for each strategy, log it in, and let a thief copy the credential.

        The copy is encrypted; the thief tries it out at once, at a second server process.
        """
        enforce_csrf(request._request)
        chosen = [_known(slug) for slug in valid(shapes.LabBeginning, request)["strategies"]]
        visitor = visitor_known(request._request) or uuid.uuid4()
        response = Response({"logins": []}, status=status.HTTP_201_CREATED)
        for strategy in chosen:
            visitor_count(request._request)
            login_count(request._request)
            with proof_of(request._request):
                response.data["logins"].append(_begin(request, response, strategy, visitor))
        visitor_remember(response, visitor)
        return response


def _known(slug: str) -> Strategy:
    strategy = find_strategy(slug)
    if strategy is None:
        raise NotFound("No strategy has this name")
    return strategy


def _begin(
    request: Request, response: Response, strategy: Strategy, visitor: uuid.UUID
) -> dict[str, Any]:
    made = users.create_lab_user(visitor)
    with tracing() as trace, sql_steps(trace):
        user = users.sign_in(made.username, made.password)
        login = users.begin_login(user, strategy)
        credential = issued(strategy, login)
        seen = trace.as_dict()
    told = {
        "slug": strategy.slug,
        "user": answers.user(user, user.role),
        "verdict": answers.done("log in", "signed_in", "Signed in"),
        "trace": {"method": "POST", "path": request.path, "status": 200, **seen},
        "storage": answers.storage(strategy, login, credential.value),
        "copy": _stolen(request, strategy, login, credential, visitor),
    }
    if strategy.in_cookie:
        set_cookie(response, strategy, credential)
    else:
        told["access"] = credential.value
    if strategy.bound:
        response[NONCE_HEADER] = nonces(strategy.realm)[0]
    return told


def _stolen(
    request: Request, strategy: Strategy, login: Login, credential: Credential, visitor: uuid.UUID
) -> str:
    stolen = StolenCredential(
        strategy.slug, login.pk, credential.value, visitor, credential.refresh
    )
    try_out(stolen, request._request)
    return encrypt(stolen)
