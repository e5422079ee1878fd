"""The only door to what allauth does not document; tests/accounts holds the contract."""

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_authorization_credential, is_headless_request
from allauth.headless.account.views import (
    LoginView,
    ReauthenticateView,
    ResendEmailVerificationCodeView,
    SignupView,
    VerifyEmailView,
)
from allauth.headless.base.views import APIView
from allauth.headless.constants import Client
from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt.internal import (
    create_token,
    session_key_from_sid,
    session_key_to_sid,
)

__all__ = [
    "AUTHENTICATION_METHODS_SESSION_KEY",
    "APIView",
    "Client",
    "ImmediateHttpResponse",
    "JWTTokenStrategy",
    "LoginView",
    "ReauthenticateView",
    "ResendEmailVerificationCodeView",
    "SignupView",
    "VerifyEmailView",
    "create_token",
    "get_authorization_credential",
    "is_headless_request",
    "lookup_session",
    "session_key_from_sid",
    "session_key_to_sid",
]
