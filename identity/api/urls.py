"""Where sign-in answers."""

from django.urls import include, path
from django.views.generic import RedirectView

from identity.api import passkeys, providers, second_factors
from identity.api.devices import Device, Devices
from identity.api.exchange import ExchangeSession
from identity.api.own_account import OwnAccount
from identity.api.passwords import ChangePassword, ForgotPassword, ResetPassword
from identity.api.personal_tokens import PersonalToken, PersonalTokens
from identity.api.sign_in import Login, Logout, RefreshTokens, Register
from identity.api.verification import ResendCode, VerifyEmail

SIGN_IN_PAGES = [
    path(
        "login", RedirectView.as_view(pattern_name="account_login", query_string=True), name="login"
    ),
    path("logout", RedirectView.as_view(pattern_name="account_logout"), name="logout"),
]
"""What the browsable API links to; its own pages know neither limits nor second factors."""

ACCOUNT = [
    path("register", Register.as_view(), name="register"),
    path("login", Login.as_view(), name="login"),
    path("refresh", RefreshTokens.as_view(), name="refresh"),
    path("logout", Logout.as_view(), name="logout"),
    path("me", OwnAccount.as_view(), name="me"),
    path("email/verify", VerifyEmail.as_view(), name="email_verify"),
    path("email/resend", ResendCode.as_view(), name="email_resend"),
    path("password/forgot", ForgotPassword.as_view(), name="password_forgot"),
    path("password/reset", ResetPassword.as_view(), name="password_reset"),
    path("password/change", ChangePassword.as_view(), name="password_change"),
    path("devices", Devices.as_view(), name="devices"),
    path("devices/<int:device_id>", Device.as_view(), name="device"),
    path("session/exchange", ExchangeSession.as_view(), name="session-exchange"),
    path("tokens", PersonalTokens.as_view(), name="personal-tokens"),
    path("tokens/<str:pk>", PersonalToken.as_view(), name="personal-token"),
]
FACTORS = [
    path("reauthenticate", second_factors.Reauthenticate.as_view(), name="reauthenticate"),
    path("mfa", second_factors.Factors.as_view(), name="mfa"),
    path("mfa/verify", second_factors.Verify.as_view(), name="mfa-verify"),
    path("mfa/enrolment-code", second_factors.EnrolmentCode.as_view()),
    path("mfa/enrolment-code/verify", second_factors.EnrolmentProof.as_view()),
    path("mfa/totp", second_factors.Totp.as_view(), name="mfa-totp"),
    path("mfa/totp/activate", second_factors.ActivateTotp.as_view(), name="mfa-totp-activate"),
    path("mfa/recovery-codes", second_factors.RecoveryCodes.as_view(), name="mfa-recovery-codes"),
    path("mfa/passkeys", passkeys.Passkeys.as_view()),
    path("mfa/passkeys/begin", passkeys.BeginPasskey.as_view()),
    path("mfa/passkeys/<int:key_id>", passkeys.Passkey.as_view()),
    path("mfa/verify/passkey", passkeys.VerifyPasskey.as_view()),
    path("mfa/verify/passkey/begin", passkeys.BeginVerifyPasskey.as_view()),
    path("passkey", passkeys.PasskeyLogin.as_view()),
    path("passkey/begin", passkeys.BeginPasskeyLogin.as_view()),
    path("reauthenticate/passkey", passkeys.PasskeyProof.as_view()),
    path("reauthenticate/passkey/begin", passkeys.BeginPasskeyProof.as_view()),
]
PROVIDERS = [
    path("providers", providers.Providers.as_view()),
    path("provider/token", providers.TokenSignIn.as_view()),
    path("provider/redirect", providers.BeginSignIn.as_view()),
    path("provider/accounts", providers.LinkedAccounts.as_view()),
    path("provider/accounts/redirect", providers.BeginLink.as_view()),
    path("provider/accounts/<int:account_id>", providers.Linked.as_view()),
]

urlpatterns = [
    path("api/auth/", include([*ACCOUNT, *FACTORS, *PROVIDERS])),
    path(
        "accounts/provider/<slug:provider_id>/callback/",
        providers.Callback.as_view(),
        name="provider-callback",
    ),
    path("api-auth/", include((SIGN_IN_PAGES, "rest_framework"))),
    path("accounts/", include("identity.pages.urls")),
]
