"""What we take from allauth behind its back; an upgrade that changes it fails here."""

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore

from identity.allauth_bridge import internals
from identity.providers.redirects import OidcSteps
from identity.services.session_store import PROOFS

ROOT = Path(__file__).parents[2]
IMPORTS = re.compile(r"^(?:from|import) (allauth[\w.]*)", re.MULTILINE)
DOCUMENTED = {
    "allauth.account.adapter",
    "allauth.account.auth_backends",
    "allauth.account.models",
    "allauth.account.signals",
    "allauth.core",
    "allauth.headless",
    "allauth.mfa.models",
    "allauth.mfa.signals",
    "allauth.socialaccount.adapter",
    "allauth.socialaccount.models",
    "allauth.usersessions.models",
}


def test_the_version_is_the_one_that_was_read() -> None:
    assert version("django-allauth") == "65.21.1"


def test_one_module_imports_the_internals() -> None:
    found = {
        (module, path.relative_to(ROOT).as_posix())
        for folder in ("accounts", "identity", "clerk", "config", "core", "workspaces", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for module in IMPORTS.findall(path.read_text())
        if module not in DOCUMENTED
    }

    assert {path for _, path in found} == {"identity/allauth_bridge/internals.py"}


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (internals.flows.login.perform_password_login, ["request", "credentials", "login"]),
        (internals.flows.signup.prevent_enumeration, ["request", "email", "phone"]),
        (internals.flows.manage_email.email_already_exists, ["email", "user", "always_raise"]),
        (internals.flows.email_verification.login_on_verification, ["request", "email_address"]),
        (internals.headless.mark_request_as_headless, ["request", "client"]),
        (internals.sessionkit.lookup_session, ["session_key"]),
        (internals.httpkit.is_headless_request, ["request"]),
        (internals.flows.login.get_authentication_records, ["request", "user"]),
        (internals.flows.reauthentication.raise_if_reauthentication_required, ["request", "app"]),
        (internals.flows.reauthentication.reauthenticate_by_password, ["request"]),
        (internals.stagekit.get_pending_stage, ["request"]),
        (internals.totp.activate_totp, ["request", "form"]),
        (internals.totp.deactivate_totp, ["request", "authenticator"]),
        (internals.totp_auth.get_totp_secret, ["regenerate"]),
        (internals.recovery_codes.generate_recovery_codes, ["request"]),
        (internals.factor_flows.validate_can_add_authenticator, ["user"]),
        (internals.passkey_flows.add_authenticator, ["request", "name", "credential"]),
        (internals.passkey_auth.begin_authentication, ["user"]),
        (internals.passkey_flows.begin_registration, ["request", "user", "passwordless", "signup"]),
        (internals.passkey_flows.perform_passwordless_login, ["request", "authenticator", "login"]),
        (internals.passkey_flows.remove_authenticator, ["request", "authenticator"]),
        (internals.flows.login.perform_login, ["request", "login"]),
        (internals.flows.reauthentication.get_reauthentication_flows, ["user"]),
        (internals.httpkit.add_query_params, ["url", "params"]),
        (internals.OpenIDConnectOAuth2Adapter.get_callback_url, ["self", "request", "app"]),
        (internals.GitHubOAuth2Adapter.get_callback_url, ["self", "request", "app"]),
        (internals.GitHubOAuth2Adapter.parse_token, ["self", "data"]),
        (internals.stages.LoginStageController.enter, ["request", "stage_key"]),
    ],
)
def test_functions_take_what_we_give(function: object, parameters: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == parameters


def test_proofs_are_kept_where_we_look_for_them() -> None:
    assert internals.flows.login.AUTHENTICATION_METHODS_SESSION_KEY == PROOFS


@pytest.mark.django_db
def test_a_lost_session_is_none() -> None:
    session = SessionStore()
    session.create()

    assert internals.sessionkit.lookup_session(session.session_key) is not None
    assert internals.sessionkit.lookup_session("lost") is None


def test_sign_up_and_verification_are_where_we_step_in() -> None:
    assert {"request", "user"} <= inspect.signature(
        internals.flows.signup.complete_signup
    ).parameters.keys()
    assert {"process"} <= vars(internals.VerifyEmailInput({}, process=None)).keys()
    process = vars(internals.flows.email_verification_by_code.EmailVerificationProcess)
    assert {"resume", "finish", "resend", "can_resend", "record_invalid_attempt"} <= set(process)
    assert internals.stages.EmailVerificationStage.key == "verify_email"
    assert internals.AuthenticateStage.key == "mfa_authenticate"


def test_the_steps_of_oauth_are_where_we_take_them() -> None:
    for steps in (internals.OpenIDConnectOAuth2Adapter, internals.GitHubOAuth2Adapter):
        assert {"get_client", "get_access_token_data", "complete_login"} <= set(dir(steps))
    for provider in (internals.OpenIDConnectProvider, internals.GitHubProvider):
        assert {"redirect", "unstash_redirect_state", "get_oauth2_adapter"} <= set(dir(provider))
    assert isinstance(inspect.getattr_static(OidcSteps, "openid_config"), property)
    assert isinstance(
        inspect.getattr_static(internals.OpenIDConnectOAuth2Adapter, "openid_config"), property
    )
