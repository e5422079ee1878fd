"""Who is shown pages instead of JSON.

Named in the settings of REST framework, so it must not import its views.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request

from core.api.negotiation import JsonFirst
from identity.api.authentication import CookieAuthentication
from identity.services.staff import has_proved_second_factor

if TYPE_CHECKING:
    from django.http import HttpRequest


class PagesForDevelopers(JsonFirst):
    """Pages for whoever may have them; everybody else gets JSON, whatever they ask for."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        offered = list(renderers)
        plain = [each for each in offered if not isinstance(each, BrowsableAPIRenderer)]
        if plain == offered or self.is_plain(request) or _may_browse(request):
            return super().select_renderer(request, offered, format_suffix)
        return plain[0], plain[0].media_type


def _may_browse(request: Request) -> bool:
    if not settings.BROWSABLE_API_FOR_STAFF_ONLY:
        return True
    # An access token in a program is no sign-in of a browser.
    if not isinstance(request.successful_authenticator, CookieAuthentication):
        return False
    return bool(request.user.is_staff) and has_proved_second_factor(cast("HttpRequest", request))
