"""Access to the admin: by the common sign-in and a second factor in the same session."""

import re
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from core.context import as_system
from identity.allauth_bridge.internals import flows
from identity.services.session_store import SessionStore

View = Callable[..., HttpResponse]

SEARCHES = ("q", "term")
"""The query parameters of searches in lists and drop-downs."""
LONGEST_SEARCH = 100
LONGEST_TEXT = 50_000
CODES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class StaffSite(UnfoldAdminSite):
    """The admin without Django's form to sign in, which has neither limits nor second factors."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_permission(request)) and has_proved_second_factor(request)

    def admin_view(self, view: View, *cacheable: bool, **named: bool) -> View:
        """Any page of the admin, run by `_of_all_workspaces` after the check of access."""
        return cast("View", super().admin_view(_of_all_workspaces(view), *cacheable, **named))

    def password_change(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Redirects, as Django's page neither counts wrong passwords nor mails the owner."""
        return HttpResponseRedirect(reverse("account_change_password"))

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Redirect to the next step of the sign-in, or to the page that was asked for."""
        target = _target(request)
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied
        query = urlencode({REDIRECT_FIELD_NAME: target})
        return HttpResponseRedirect(f"{reverse(_next_step(request))}?{query}")


def _of_all_workspaces(view: View) -> View:
    """Run a page and its rendering in one transaction that sees all workspaces."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _check_sizes(request)
        with as_system("Django admin"):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            return response

    return page


def _check_sizes(request: HttpRequest) -> None:
    """Refuse searches, years and texts that are too long, in forms of libraries as well.

    Each word of a search becomes a condition of the SQL.
    """
    if any(len(request.GET.get(name, "")) > LONGEST_SEARCH for name in SEARCHES):
        raise BadRequest(f"At most {LONGEST_SEARCH} characters can be searched for.")
    if any(
        name.endswith("__year") and _is_no_year(str(text)) for name, text in request.GET.items()
    ):
        raise BadRequest("There is no such year.")
    if any(len(text) > LONGEST_TEXT for _, texts in request.POST.lists() for text in texts):
        raise BadRequest(f"No text has more than {LONGEST_TEXT} characters.")


def _is_no_year(text: str) -> bool:
    """Whether the next year's first day, up to which Django searches, is no valid `date`."""
    return not re.fullmatch(r"[0-9]{1,4}", text) or not date.min.year <= int(text) < date.max.year


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was proved in this session, not only enrolled."""
    if settings.ADMIN_WITHOUT_SECOND_FACTOR:
        return True
    records = flows.login.get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def has_proved_second_factor_in(session_key: str, person: Any) -> bool:
    """The same of the session that a token belongs to."""
    request = HttpRequest()
    request.session, request.user = SessionStore(session_key), person
    return has_proved_second_factor(request)


def _next_step(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return "account_login"
    factors = Authenticator.objects.filter(user=request.user)
    if factors.filter(type__in=CODES).exists():
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if factors.exists() else "mfa_index"


def _target(request: HttpRequest) -> str:
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("admin:index")
