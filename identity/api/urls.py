"""The routes of sign-in."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.api.views import OwnData
from identity.api import account, providers, second_factors, sign_in

SIGN_IN_PAGES = [
    path(
        "login", RedirectView.as_view(pattern_name="account_login", query_string=True), name="login"
    ),
    path("logout", RedirectView.as_view(pattern_name="account_logout"), name="logout"),
]
"""Links of the browsable API, whose own pages have neither limits nor second factors."""

ACCOUNT = [
    path("register", sign_in.Register.as_view(), name="register"),
    path("login", sign_in.Login.as_view(), name="login"),
    path("refresh", sign_in.RefreshTokens.as_view(), name="refresh"),
    path("logout", sign_in.Logout.as_view(), name="logout"),
    path("me", account.OwnAccount.as_view(), name="me"),
    path("me/export", OwnData.as_view(), name="export"),
    path("email/verify", sign_in.VerifyEmail.as_view(), name="email_verify"),
    path("email/resend", sign_in.ResendCode.as_view(), name="email_resend"),
    path("password/forgot", account.ForgotPassword.as_view(), name="password_forgot"),
    path("password/reset", account.ResetPassword.as_view(), name="password_reset"),
    path("password/change", account.ChangePassword.as_view(), name="password_change"),
    path("devices", account.Devices.as_view(), name="devices"),
    path("devices/<int:device_id>", account.Device.as_view(), name="device"),
    path("session/exchange", sign_in.ExchangeSession.as_view(), name="session-exchange"),
    path("tokens", account.PersonalTokens.as_view(), name="personal-tokens"),
    path("tokens/<str:pk>", account.PersonalToken.as_view(), name="personal-token"),
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
    path("mfa/passkeys", second_factors.Passkeys.as_view()),
    path("mfa/passkeys/begin", second_factors.BeginPasskey.as_view()),
    path("mfa/passkeys/<int:key_id>", second_factors.Passkey.as_view()),
    path("mfa/verify/passkey", second_factors.VerifyPasskey.as_view()),
    path("mfa/verify/passkey/begin", second_factors.BeginVerifyPasskey.as_view()),
    path("passkey", second_factors.PasskeyLogin.as_view()),
    path("passkey/begin", second_factors.BeginPasskeyLogin.as_view()),
    path("reauthenticate/passkey", second_factors.PasskeyProof.as_view()),
    path("reauthenticate/passkey/begin", second_factors.BeginPasskeyProof.as_view()),
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
