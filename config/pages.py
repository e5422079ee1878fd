"""Middleware that only browsers need: requests of programs skip it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corsheaders.middleware import CorsMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.common import CommonMiddleware
from django.utils.deprecation import MiddlewareMixin

from config.start_check import is_probe
from core.api.dispatch import vary_on
from core.api.negotiation import accepts_plain_json
from identity.credentials import manages_account

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponsePermanentRedirect

API = "/api/"
BEARER = "bearer "
OF_PROGRAM = "gantry.of_program"
"""The key of the WSGI environ under which `is_of_program` is kept."""


def is_of_program(request: HttpRequest) -> bool:
    """Whether a program asks for JSON of the API with a token, and not to manage an account.

    It needs no session, no cookies and no messages, whatever the view.
    """
    meta = request.META
    if OF_PROGRAM not in meta:
        meta[OF_PROGRAM] = (
            meta.get("HTTP_AUTHORIZATION", "")[: len(BEARER)].lower() == BEARER
            and request.path_info.startswith(API)
            and accepts_plain_json(request)
            and not manages_account(request)
        )
    return bool(meta[OF_PROGRAM])


class ForPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_of_program(request) else super().__call__(request)


class Sessions(ForPages, SessionMiddleware): ...


class Authentication(ForPages, AuthenticationMiddleware): ...


class Messages(ForPages, MessageMiddleware): ...


class Common(CommonMiddleware):
    """Does not check the Host header of probes, which may be any name or address of the server."""

    def __call__(self, request: HttpRequest) -> Any:
        if not is_of_program(request):
            return super().__call__(request)
        request.get_host()  # raises DisallowedHost
        return self.get_response(request)  # whose length is counted by `config.bridge`

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if is_probe(request.path_info) else super().process_request(request)


class CrossOrigin(CorsMiddleware):
    """Asks the library only about requests with `Origin`; others get no CORS headers anyway."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return super().__call__(request)
        response = self.get_response(request)
        vary_on("origin", response)
        return response
