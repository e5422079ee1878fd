"""Sign-in through identity providers over HTTP."""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.actors import actor_of
from core.api.fields import read_body
from core.api.schema import FAILURE
from core.limits import neighbourhood, take
from identity.allauth_bridge.steps import as_person, as_stranger
from identity.api import provider_documents
from identity.api.documents import SignedIn
from identity.api.permissions import own
from identity.api.second_factors import BEGIN_AGAIN, REFUSED, FactorView
from identity.api.sign_in import TRANSPORT, AuthView, as_shown
from identity.limits import SIGN_INS_FROM
from identity.providers import flows
from identity.providers.registry import Identity, provider_called, providers
from identity.services.linked_accounts import link_account, unlink_account
from identity.services.second_factors import demand_recent_proof

OFF = {404: OpenApiResponse(FAILURE.ref, "No such provider is switched on")}
OFTEN = {429: OpenApiResponse(FAILURE.ref, "Too many attempts; see Retry-After")}
TURNED_AWAY = {
    401: OpenApiResponse(FAILURE.ref, "No valid token, or not yet: `mfa_required`"),
    403: OpenApiResponse(FAILURE.ref, "`email_not_verified` by the provider; `account_closed`"),
    409: OpenApiResponse(FAILURE.ref, "`link_first`: somebody has this address already"),
}


class Providers(AuthView):
    @extend_schema(operation_id="auth_providers", responses={200: provider_documents.Providers})
    def get(self, request: Request) -> Response:
        """The providers people may sign in through, and the CSRF token of this browser."""
        shown = {"providers": providers(), "csrf_token": get_token(self.stranger)}
        return Response(provider_documents.Providers(shown).data)


class TokenSignIn(AuthView):
    @extend_schema(
        operation_id="auth_provider_token",
        request=provider_documents.IdToken,
        parameters=[TRANSPORT],
        responses={200: SignedIn, **TURNED_AWAY, **OFF, **OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Sign in, or up, with an ID token of a provider; it works once."""
        take(SIGN_INS_FROM, neighbourhood(request))
        identity = _named_in(request)
        entered = as_stranger(self.stranger, lambda inner: flows.sign_in(inner, identity))
        return Response(as_shown(entered))


class BeginSignIn(AuthView):
    @extend_schema(
        operation_id="auth_provider_redirect",
        request=provider_documents.Departure,
        responses={200: provider_documents.Destination, **OFF, **OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Begin to sign in at a provider: send the browser to `url`.

        Ask with the cookies of the browser. It returns to `callback_url`; from there,
        `session/exchange` gives the tokens.
        """
        take(SIGN_INS_FROM, neighbourhood(request))
        body = read_body(provider_documents.Departure, request)
        provider = provider_called(body["provider"])
        return Response({"url": flows.begin(self.stranger, provider, body["callback_url"])})


class LinkedAccounts(FactorView):
    kept_answers = frozenset({"POST"})

    @extend_schema(
        operation_id="auth_linked_accounts",
        responses={200: provider_documents.LinkedAccount(many=True), 403: REFUSED[403]},
    )
    def get(self, request: Request) -> Response:
        """The accounts at providers that open the account of the person signed in."""
        found = flows.accounts_of(own(request)[0])
        return Response(provider_documents.LinkedAccount(found, many=True).data)

    @extend_schema(
        operation_id="auth_linked_account_add",
        request=provider_documents.IdToken,
        responses={201: provider_documents.LinkedAccount, **REFUSED, **OFF},
    )
    def post(self, request: Request) -> Response:
        """Link the account an ID token names."""
        _check_may_link(self.stranger)
        account = link_account(actor=actor_of(request), identity=_named_in(request))
        shown = provider_documents.LinkedAccount(account).data
        return Response(shown, status=status.HTTP_201_CREATED)


class BeginLink(FactorView):
    repeat_advice = BEGIN_AGAIN

    @extend_schema(
        operation_id="auth_linked_account_redirect",
        request=provider_documents.Departure,
        responses={200: provider_documents.Destination, **REFUSED, **OFF},
    )
    def post(self, request: Request) -> Response:
        """Begin to link an account at a provider: send the browser to `url`."""
        _check_may_link(self.stranger)
        body = read_body(provider_documents.Departure, request)
        provider = provider_called(body["provider"])
        person, session = own(request)
        linking = {"person": str(person.pk), "session": session.session_key}
        url = flows.begin(self.stranger, provider, body["callback_url"], linking)
        return Response({"url": url})


class Linked(FactorView):
    @extend_schema(
        operation_id="auth_linked_account_remove",
        responses={204: None, **REFUSED, 404: OpenApiResponse(FAILURE.ref, "No account of yours")},
    )
    def delete(self, request: Request, account_id: int) -> Response:
        """Unlink an account at a provider; the last way to sign in stays."""
        as_person(self.stranger, demand_recent_proof)
        unlink_account(actor=actor_of(request), account_id=account_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _named_in(request: Request) -> Identity:
    """Whom the ID token in the body names."""
    body = read_body(provider_documents.IdToken, request)
    provider = provider_called(body["provider"])
    return flows.by_id_token(provider, body["id_token"], body["nonce"])


def _check_may_link(request: HttpRequest) -> None:
    take(SIGN_INS_FROM, neighbourhood(request))
    as_person(request, demand_recent_proof)
