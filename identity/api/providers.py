"""Sign-in through identity providers over HTTP."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.views import View
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.actors import actor_of
from core.api.fields import read_body
from core.errors import Refusal
from core.limits import client_network, take
from identity.allauth_bridge.internals import httpkit
from identity.allauth_bridge.sessions import as_api, in_new_session
from identity.api import documents, inputs
from identity.api.bases import (
    BEGIN_AGAIN,
    REFUSED,
    TOO_OFTEN,
    AuthView,
    SessionView,
    as_shown,
    operation,
    own,
    refused,
)
from identity.limits import SIGN_INS_FROM
from identity.providers.registry import Identity, provider_called, providers
from identity.services import provider_sign_in
from identity.services.linked_accounts import link_account, unlink_account
from identity.services.second_factors import demand_recent_proof

OFF = {404: refused("No such provider is switched on")}
TURNED_AWAY = {
    401: refused("No valid token, or not yet: `mfa_required`"),
    403: refused("`email_not_verified` by the provider; `account_closed`"),
    409: refused("`link_first`: somebody has this address already"),
}


class Providers(AuthView):
    @operation("providers", {200: documents.Providers})
    def get(self, request: Request) -> Response:
        """The providers that can be used to sign in, and the CSRF token of this browser."""
        shown = {"providers": providers(), "csrf_token": get_token(self.http_request)}
        return Response(documents.Providers(shown).data)


class TokenSignIn(AuthView):
    @operation(
        "provider_token",
        {200: documents.SignedIn, **TURNED_AWAY, **OFF, 429: TOO_OFTEN},
        body=inputs.IdToken,
        has_pair=True,
    )
    def post(self, request: Request) -> Response:
        """Sign in or register with an ID token of a provider; it works once."""
        take(SIGN_INS_FROM, client_network(request))
        identity = _identity_in(request)
        with in_new_session(self.http_request) as inner:
            return Response(as_shown(provider_sign_in.sign_in(inner, identity)))


class BeginSignIn(AuthView):
    @operation(
        "provider_redirect",
        {200: documents.Destination, **OFF, 429: TOO_OFTEN},
        body=inputs.Departure,
    )
    def post(self, request: Request) -> Response:
        """Begin to sign in at a provider: send the browser to `url`.

        Send the cookies of the browser. It returns to `callback_url`; then
        `session/exchange` gives the tokens.
        """
        take(SIGN_INS_FROM, client_network(request))
        body = read_body(inputs.Departure, request)
        provider = provider_called(body["provider"])
        return Response(
            {"url": provider_sign_in.begin(self.http_request, provider, body["callback_url"])}
        )


class LinkedAccounts(SessionView):
    kept_answers = frozenset({"POST"})

    @operation("linked_accounts", {200: documents.LinkedAccount(many=True), 403: REFUSED[403]})
    def get(self, request: Request) -> Response:
        """The accounts at providers that are linked to the person signed in."""
        found = provider_sign_in.accounts_of(own(request)[0])
        return Response(documents.LinkedAccount(found, many=True).data)

    @operation(
        "linked_account_add",
        {201: documents.LinkedAccount, **REFUSED, **OFF},
        body=inputs.IdToken,
    )
    def post(self, request: Request) -> Response:
        """Link the account that an ID token was issued for."""
        _check_may_link(self)
        account = link_account(actor=actor_of(request), identity=_identity_in(request))
        shown = documents.LinkedAccount(account).data
        return Response(shown, status=status.HTTP_201_CREATED)


class BeginLink(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation(
        "linked_account_redirect",
        {200: documents.Destination, **REFUSED, **OFF},
        body=inputs.Departure,
    )
    def post(self, request: Request) -> Response:
        """Begin to link an account at a provider: send the browser to `url`."""
        _check_may_link(self)
        body = read_body(inputs.Departure, request)
        provider = provider_called(body["provider"])
        person, session = own(request)
        linking = {"person": str(person.pk), "session": session.session_key}
        url = provider_sign_in.begin(self.http_request, provider, body["callback_url"], linking)
        return Response({"url": url})


class Linked(SessionView):
    @operation("linked_account_remove", {204: None, **REFUSED, 404: refused("No account of yours")})
    def delete(self, request: Request, account_id: int) -> Response:
        """Unlink an account at a provider, unless it is the last way to sign in."""
        self.in_own_session(demand_recent_proof)
        unlink_account(actor=actor_of(request), account_id=account_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Callback(View):
    """The redirect URI of providers; redirects to the front end, with `error` after a failure."""

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        as_api(request)
        get_token(request)  # for the front end, which sends it to `session/exchange`
        target = settings.HEADLESS_FRONTEND_URLS["socialaccount_login_error"]
        try:
            provider = provider_called(provider_id)
            state = provider_sign_in.state_of(request, provider)
            target = state["next"]
            provider_sign_in.finish(request, provider, state)
        except Refusal as refusal:
            target = httpkit.add_query_params(target, {"error": refusal.code})
        return HttpResponseRedirect(target)


def _identity_in(request: Request) -> Identity:
    """The identity that the ID token in the body was issued for."""
    body = read_body(inputs.IdToken, request)
    provider = provider_called(body["provider"])
    return provider_sign_in.by_id_token(provider, body["id_token"], body["nonce"])


def _check_may_link(view: SessionView) -> None:
    take(SIGN_INS_FROM, client_network(view.request))
    view.in_own_session(demand_recent_proof)
