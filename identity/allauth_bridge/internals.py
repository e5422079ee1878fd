"""The only imports of what allauth does not document; tests/identity checks that it stays."""

from allauth.account import forms as account_forms
from allauth.account import stages
from allauth.account import urls as account_pages
from allauth.account.internal import flows, stagekit
from allauth.core import exceptions, ratelimit
from allauth.core.internal import httpkit
from allauth.headless.account.inputs import VerifyEmailInput
from allauth.headless.constants import Client
from allauth.headless.internal import decorators as headless
from allauth.headless.internal import sessionkit
from allauth.mfa import adapter as mfa_adapter
from allauth.mfa import urls as factor_pages
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.internal.flows import add as factor_flows
from allauth.mfa.recovery_codes.internal import flows as recovery_codes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.totp.internal import flows as totp
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.mfa.webauthn.internal import auth as passkey_auth
from allauth.mfa.webauthn.internal import flows as passkey_flows
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter

__all__ = [
    "AuthenticateStage",
    "Client",
    "GitHubOAuth2Adapter",
    "GitHubProvider",
    "OAuth2Error",
    "OpenIDConnectOAuth2Adapter",
    "OpenIDConnectProvider",
    "VerifyEmailInput",
    "account_forms",
    "account_pages",
    "exceptions",
    "factor_flows",
    "factor_forms",
    "factor_pages",
    "flows",
    "headless",
    "httpkit",
    "mfa_adapter",
    "passkey_auth",
    "passkey_flows",
    "passkey_forms",
    "ratelimit",
    "recovery_codes",
    "sessionkit",
    "stagekit",
    "stages",
    "totp",
    "totp_auth",
    "totp_forms",
]
