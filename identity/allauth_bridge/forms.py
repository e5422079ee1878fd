"""Allauth's forms, validated by code: errors become our refusals, wrong answers are counted."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context as current
from django.core.exceptions import ValidationError
from django.forms import Form

from core.errors import Conflict, Invalid, Refusal
from core.limits import client_network, counted, take
from identity.allauth_bridge import internals
from identity.limits import CODES, CODES_FROM, WRONG_FACTORS, WRONG_FACTORS_FROM


class IncorrectCode(Invalid):
    message = "This is not, or no longer, the right code."


class IncorrectPassword(Invalid):
    message = "This is not your password."


class UnverifiedEmail(Conflict):
    message = "Verify your email address first."


REFUSALS: dict[str, type[Refusal]] = {
    "incorrect_code": IncorrectCode,
    "incorrect_password": IncorrectPassword,
    "unverified_email": UnverifiedEmail,
}


def fill_in(form: Form) -> None:
    """Validate the form; its first error is raised as a refusal."""
    if not form.is_valid():
        for field, flaws in form.errors.as_data().items():
            raise refusal_of(flaws[0], field)


def refusal_of(flaw: ValidationError, field: str = "non_field_errors") -> Refusal:
    if known := REFUSALS.get(str(flaw.code)):
        return known(errors=None if field == "non_field_errors" else {field: flaw.messages})
    return invalid(field, flaw.messages)


def invalid(field: str, sentences: list[str]) -> Invalid:
    """A refusal in the form of REST framework's errors of a body."""
    return Invalid(f"{field}: {sentences[0]}", errors={field: sentences})


class VerificationCode(internals.account_forms.ConfirmEmailVerificationCodeForm):
    """Allows three codes in a session; allauth's own count has a race condition."""

    def clean_code(self) -> str:
        with get_adapter().refusals_in_form(current.request):
            take(CODES_FROM, client_network(current.request))
            take(CODES, str(current.request.session.session_key))
        return str(super().clean_code())


def _counting(form: Any, check: str) -> Any:
    """A subclass of allauth's form whose method `check` counts wrong answers."""

    def counting_check(self: Any) -> Any:
        origin = (WRONG_FACTORS_FROM, client_network(current.request))
        person = (WRONG_FACTORS, str(self.user.pk))
        with get_adapter().refusals_in_form(current.request), counted(origin, person):
            return getattr(form, check)(self)

    return type(form.__name__, (form,), {check: counting_check})


FirstCode = _counting(internals.totp_forms.ActivateTOTPForm, "clean_code")
SecondFactor = _counting(internals.factor_forms.AuthenticateForm, "clean_code")
SecondFactorAgain = _counting(internals.factor_forms.ReauthenticateForm, "clean_code")
PasskeyAsSecondFactor = _counting(
    internals.passkey_forms.AuthenticateWebAuthnForm, "clean_credential"
)
PasskeyAgain = _counting(internals.passkey_forms.ReauthenticateWebAuthnForm, "clean_credential")
