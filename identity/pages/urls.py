"""The pages of allauth that are served; all others answer 404.

Pages for addresses, recovery and linked accounts are left out, because they do not use our
services; the API has all of these.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.urls import URLResolver, path

from identity.allauth_bridge.internals import account_pages, factor_pages
from identity.pages.views import (
    ChangePassword,
    ProveMailbox,
    View,
    after_recent_proof,
    enrolling,
)

for_strangers = user_passes_test(
    lambda user: user.is_anonymous, settings.LOGIN_REDIRECT_URL, redirect_field_name=None
)
"""Redirects people who are signed in."""


SERVED: dict[str, Callable[[View], View] | None] = {
    "account_login": None,
    "account_logout": None,
    "account_inactive": None,
    "account_reauthenticate": None,
    "account_email_verification_sent": for_strangers,
    "mfa_authenticate": None,
    "mfa_reauthenticate": None,
    "mfa_login_webauthn": None,
    "mfa_reauthenticate_webauthn": None,
    "mfa_index": None,
    "mfa_activate_totp": enrolling,
    "mfa_deactivate_totp": after_recent_proof,
    "mfa_view_recovery_codes": after_recent_proof,
    "mfa_generate_recovery_codes": after_recent_proof,
    "mfa_list_webauthn": None,
    "mfa_add_webauthn": enrolling,
    "mfa_edit_webauthn": after_recent_proof,
    "mfa_remove_webauthn": after_recent_proof,
}
"""The decorator of each page by name, None without one."""


def _served(patterns: list[Any], prefix: str = "") -> Iterator[Any]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _served(pattern.url_patterns, route)
        elif pattern.name in SERVED:
            rule = SERVED[pattern.name]
            view = rule(pattern.callback) if rule else pattern.callback
            yield path(route, view, name=pattern.name)


urlpatterns = [
    path("2fa/enrolment/", ProveMailbox.as_view(), name="mfa_enrolment"),
    path("password/change/", ChangePassword.as_view(), name="account_change_password"),
    *_served(account_pages.urlpatterns),
    *_served(factor_pages.urlpatterns, "2fa/"),
]
