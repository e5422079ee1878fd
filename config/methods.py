"""Middleware for undeclared methods (405) and OPTIONS, which come before authentication."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.views import View

from core.api.errors import plain_failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from django.http import HttpRequest

    Next = Callable[[HttpRequest], HttpResponse]

OF_FUNCTIONS = ("GET", "HEAD", "POST", "OPTIONS")
"""The methods of views that are functions, which are those of Django's admin."""


class DeclaredMethods:
    """Answers 405 to a method that the route does not have, and answers OPTIONS of API routes.

    In the view itself, permissions, scopes or the CSRF check would come first and answer 403.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> HttpResponse | None:
        is_api = hasattr(view, "cls")
        if is_api and view.cls.authentication_classes and not _has_credential(request):
            return None  # the view answers 401 if it needs authentication
        allowed = declared_methods(view)
        if request.method not in allowed:
            return _with_allow(
                plain_failure(405, f"{request.method} is not allowed here.", "method_not_allowed"),
                allowed,
            )
        if request.method == "OPTIONS" and is_api:
            return _with_allow(HttpResponse(status=204), allowed)
        return None


@cache
def declared_methods(view: Any) -> list[str]:
    """The methods that a view has, in upper case."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if kind is None:
        return list(OF_FUNCTIONS)
    named = getattr(view, "actions", None) or {
        name for name in View.http_method_names if hasattr(kind, name)
    }
    with_head = {*named, "options", *(("head",) if "get" in named else ())}
    return [name.upper() for name in View.http_method_names if name in with_head]


def _has_credential(request: HttpRequest) -> bool:
    return "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in request.COOKIES


def _with_allow(response: HttpResponse, allowed: list[str]) -> HttpResponse:
    response["Allow"] = ", ".join(allowed)
    return response
