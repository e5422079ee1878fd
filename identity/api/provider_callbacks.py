"""Where providers send people back to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.errors import Refusal
from identity.allauth_bridge.internals import APIView, Client, add_query_params
from identity.providers import flows
from identity.providers.registry import provider_called


class Callback(APIView):
    """A page nobody sees: it leads on to the front end, with an `error` if need be."""

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        target = settings.HEADLESS_FRONTEND_URLS["socialaccount_login_error"]
        try:
            provider = provider_called(provider_id)
            state = flows.state_of(request, provider)
            target = state["next"]
            flows.finish(request, provider, state)
        except Refusal as refusal:
            target = add_query_params(target, {"error": refusal.code})
        return HttpResponseRedirect(target)


callback = Callback.as_api_view(client=Client.BROWSER)
