"""Every page of allauth that is served; what is not listed here answers 404.

Pages that change who somebody is (addresses, passwords by mail, linked accounts) are left out:
they know nothing of the services, whose place is the API.
"""

from django.urls import path

from identity.allauth_bridge.internals import (
    account_pages,
    factor_pages,
    passkey_pages,
    recovery_code_pages,
    totp_pages,
)
from identity.pages.views import (
    ChangePassword,
    ProveMailbox,
    after_recent_proof,
    enrolling,
    for_strangers,
)

SIGN_IN = [
    path("login/", account_pages.login, name="account_login"),
    path("logout/", account_pages.logout, name="account_logout"),
    path("inactive/", account_pages.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_pages.reauthenticate, name="account_reauthenticate"),
    path(
        "confirm-email/",
        for_strangers(account_pages.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("2fa/authenticate/", factor_pages.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor_pages.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/webauthn/login/", passkey_pages.login_webauthn, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        passkey_pages.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
]
FACTORS = [
    path("2fa/", factor_pages.index, name="mfa_index"),
    path("2fa/totp/activate/", enrolling(totp_pages.activate_totp), name="mfa_activate_totp"),
    path(
        "2fa/totp/deactivate/",
        after_recent_proof(totp_pages.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "2fa/recovery-codes/",
        after_recent_proof(recovery_code_pages.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        after_recent_proof(recovery_code_pages.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/", passkey_pages.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", enrolling(passkey_pages.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/edit/",
        after_recent_proof(passkey_pages.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        after_recent_proof(passkey_pages.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]
OURS = [
    path("2fa/enrolment/", ProveMailbox.as_view(), name="mfa_enrolment"),
    path("password/change/", ChangePassword.as_view(), name="account_change_password"),
]

urlpatterns = [*SIGN_IN, *FACTORS, *OURS]
