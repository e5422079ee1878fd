"""Where second factors are shown, over HTTP and on the pages: every wrong one counts."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.core import context as current
from allauth.mfa.models import Authenticator

from accounts.models import User
from core.errors import TooManyRequests
from core.limits import counted, neighbourhood
from identity.allauth_bridge.adapters import AccountAdapter
from identity.allauth_bridge.internals import (
    ActivateTOTPForm,
    AuthenticateForm,
    AuthenticateWebAuthnForm,
    ReauthenticateForm,
    ReauthenticateWebAuthnForm,
    is_headless_request,
)
from identity.limits import WRONG_FACTORS, WRONG_FACTORS_FROM


class FirstCode(ActivateTOTPForm):
    def clean_code(self) -> str:
        with _counted_for(self.user):
            return str(super().clean_code())


class SecondFactor(AuthenticateForm):
    def clean_code(self) -> str:
        with _counted_for(self.user):
            return str(super().clean_code())


class SecondFactorAgain(ReauthenticateForm):
    def clean_code(self) -> str:
        with _counted_for(self.user):
            return str(super().clean_code())


class PasskeyAsSecondFactor(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with _counted_for(self.user):
            return super().clean_credential()


class PasskeyAgain(ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with _counted_for(self.user):
            return super().clean_credential()


@contextmanager
def _counted_for(person: User) -> Iterator[None]:
    request = current.request
    origin = (WRONG_FACTORS_FROM, neighbourhood(request))
    try:
        with counted(origin, (WRONG_FACTORS, str(person.pk))):
            yield
    except TooManyRequests as refusal:
        if is_headless_request(request):
            raise
        # On the pages a form tells of it.
        raise AccountAdapter(request).validation_error("too_many_login_attempts") from refusal
