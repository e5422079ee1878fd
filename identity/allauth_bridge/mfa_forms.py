"""Where second factors are shown, over HTTP and on the pages: every wrong one counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context as current

from accounts.models import User
from core.errors import TooManyRequests
from core.limits import client_network, counted
from identity.allauth_bridge.internals import factor_forms, httpkit, passkey_forms, totp_forms
from identity.limits import WRONG_FACTORS, WRONG_FACTORS_FROM


def _counting(form: Any, check: str) -> Any:
    """The form of allauth's, with every wrong answer to its check counted."""

    def counting_check(self: Any) -> Any:
        with _counted_for(self.user):
            return getattr(form, check)(self)

    return type(form.__name__, (form,), {check: counting_check})


@contextmanager
def _counted_for(person: User) -> Iterator[None]:
    request = current.request
    origin = (WRONG_FACTORS_FROM, client_network(request))
    try:
        with counted(origin, (WRONG_FACTORS, str(person.pk))):
            yield
    except TooManyRequests as refusal:
        if httpkit.is_headless_request(request):
            raise
        # On the pages a form tells of it.
        raise get_adapter(request).validation_error("too_many_login_attempts") from refusal


FirstCode = _counting(totp_forms.ActivateTOTPForm, "clean_code")
SecondFactor = _counting(factor_forms.AuthenticateForm, "clean_code")
SecondFactorAgain = _counting(factor_forms.ReauthenticateForm, "clean_code")
PasskeyAsSecondFactor = _counting(passkey_forms.AuthenticateWebAuthnForm, "clean_credential")
PasskeyAgain = _counting(passkey_forms.ReauthenticateWebAuthnForm, "clean_credential")
