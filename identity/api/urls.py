"""Where sign-in answers."""

from django.urls import include, path
from django.views.generic import RedirectView

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

urlpatterns = [
    path("api/auth/register", Register.as_view(), name="register"),
    path("api/auth/login", Login.as_view(), name="login"),
    path("api/auth/refresh", RefreshTokens.as_view(), name="refresh"),
    path("api/auth/logout", Logout.as_view(), name="logout"),
    path("api/auth/me", OwnAccount.as_view(), name="me"),
    path("api/auth/email/verify", VerifyEmail.as_view(), name="email_verify"),
    path("api/auth/email/resend", ResendCode.as_view(), name="email_resend"),
    path("api/auth/password/forgot", ForgotPassword.as_view(), name="password_forgot"),
    path("api/auth/password/reset", ResetPassword.as_view(), name="password_reset"),
    path("api/auth/password/change", ChangePassword.as_view(), name="password_change"),
    path("api/auth/devices", Devices.as_view(), name="devices"),
    path("api/auth/devices/<int:device_id>", Device.as_view(), name="device"),
    path("api/auth/session/exchange", ExchangeSession.as_view(), name="session-exchange"),
    path("api/auth/tokens", PersonalTokens.as_view(), name="personal-tokens"),
    path("api/auth/tokens/<str:pk>", PersonalToken.as_view(), name="personal-token"),
    path("", include("identity.api.factor_urls")),
    path("", include("identity.api.provider_urls")),
    path("api-auth/", include((SIGN_IN_PAGES, "rest_framework"))),
    path("accounts/", include("identity.pages.urls")),
]
