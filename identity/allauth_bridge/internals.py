"""The only door to what allauth does not document; tests/accounts holds the contract."""

from allauth.account import views as account_pages
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.forms import ConfirmEmailVerificationCodeForm
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    raise_if_reauthentication_required,
    reauthenticate_by_password,
)
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.stages import LoginStageController
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal.httpkit import (
    add_query_params,
    get_authorization_credential,
    is_headless_request,
)
from allauth.core.ratelimit import respond_429
from allauth.headless.account.inputs import LoginInput, SignupInput
from allauth.headless.account.views import (
    LoginView,
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
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import views as factor_pages
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.recovery_codes import views as recovery_code_pages
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import views as totp_pages
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import get_totp_secret
from allauth.mfa.totp.internal.flows import activate_totp, deactivate_totp
from allauth.mfa.webauthn import views as passkey_pages
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AddPasskey
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.forms import LoginWebAuthnForm as PasskeyLogin
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.internal.flows import (
    add_authenticator,
    begin_registration,
    perform_passwordless_login,
    remove_authenticator,
)
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter

__all__ = [
    "AUTHENTICATION_METHODS_SESSION_KEY",
    "EMAIL_VERIFICATION_CODE_SESSION_KEY",
    "APIView",
    "ActivateTOTPForm",
    "AddPasskey",
    "AuthenticateForm",
    "AuthenticateStage",
    "AuthenticateWebAuthnForm",
    "Client",
    "ConfirmEmailVerificationCodeForm",
    "DefaultMFAAdapter",
    "GitHubOAuth2Adapter",
    "GitHubProvider",
    "ImmediateHttpResponse",
    "JWTTokenStrategy",
    "LoginInput",
    "LoginStageController",
    "LoginView",
    "OAuth2Error",
    "OpenIDConnectOAuth2Adapter",
    "OpenIDConnectProvider",
    "PasskeyLogin",
    "PasswordAgain",
    "ReauthenticateForm",
    "ReauthenticateWebAuthnForm",
    "ReauthenticationRequired",
    "ResendEmailVerificationCodeView",
    "SignupInput",
    "SignupView",
    "VerifyEmailView",
    "account_pages",
    "activate_totp",
    "add_authenticator",
    "add_query_params",
    "begin_authentication",
    "begin_registration",
    "create_token",
    "deactivate_totp",
    "factor_pages",
    "generate_recovery_codes",
    "get_authentication_records",
    "get_authorization_credential",
    "get_pending_stage",
    "get_reauthentication_flows",
    "get_totp_secret",
    "is_headless_request",
    "lookup_session",
    "passkey_pages",
    "perform_login",
    "perform_passwordless_login",
    "raise_if_reauthentication_required",
    "reauthenticate_by_password",
    "record_authentication",
    "recovery_code_pages",
    "remove_authenticator",
    "respond_429",
    "session_key_from_sid",
    "session_key_to_sid",
    "totp_pages",
    "validate_can_add_authenticator",
]
