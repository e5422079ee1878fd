"""The only door to what allauth does not document; tests/identity holds the contract."""

from allauth.account import views as account_pages
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.forms import ConfirmEmailVerificationCodeForm
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.account.internal.flows.email_verification import login_on_verification
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    EmailVerificationProcess,
)
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    perform_password_login,
    record_authentication,
)
from allauth.account.internal.flows.manage_email import email_already_exists
from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    raise_if_reauthentication_required,
    reauthenticate_by_password,
)
from allauth.account.internal.flows.signup import complete_signup, prevent_enumeration
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.exceptions import ReauthenticationRequired as StepUp
from allauth.core.internal.httpkit import add_query_params, is_headless_request
from allauth.core.ratelimit import respond_429
from allauth.headless.account.inputs import VerifyEmailInput
from allauth.headless.constants import Client
from allauth.headless.internal.decorators import mark_request_as_headless
from allauth.headless.internal.sessionkit import lookup_session, new_session
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
    "ActivateTOTPForm",
    "AddPasskey",
    "AuthenticateForm",
    "AuthenticateStage",
    "AuthenticateWebAuthnForm",
    "Client",
    "ConfirmEmailVerificationCodeForm",
    "DefaultMFAAdapter",
    "EmailVerificationProcess",
    "EmailVerificationStage",
    "GitHubOAuth2Adapter",
    "GitHubProvider",
    "ImmediateHttpResponse",
    "LoginStageController",
    "OAuth2Error",
    "OpenIDConnectOAuth2Adapter",
    "OpenIDConnectProvider",
    "PasskeyLogin",
    "PasswordAgain",
    "ReauthenticateForm",
    "ReauthenticateWebAuthnForm",
    "StepUp",
    "VerifyEmailInput",
    "account_pages",
    "activate_totp",
    "add_authenticator",
    "add_query_params",
    "begin_authentication",
    "begin_registration",
    "complete_signup",
    "deactivate_totp",
    "email_already_exists",
    "factor_pages",
    "generate_recovery_codes",
    "get_authentication_records",
    "get_pending_stage",
    "get_reauthentication_flows",
    "get_totp_secret",
    "is_headless_request",
    "login_on_verification",
    "lookup_session",
    "mark_request_as_headless",
    "new_session",
    "passkey_pages",
    "perform_login",
    "perform_password_login",
    "perform_passwordless_login",
    "prevent_enumeration",
    "raise_if_reauthentication_required",
    "reauthenticate_by_password",
    "record_authentication",
    "recovery_code_pages",
    "remove_authenticator",
    "respond_429",
    "totp_pages",
    "validate_can_add_authenticator",
]
