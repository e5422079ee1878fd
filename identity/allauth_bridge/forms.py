"""Allauth's forms, filled in by code; what they object to, in the product's words."""

from django.core.exceptions import ValidationError
from django.forms import Form

from core.errors import Conflict, Invalid, Refusal


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
    """Raise what the form has to object to."""
    if not form.is_valid():
        for field, flaws in form.errors.as_data().items():
            raise refusal_of(flaws[0], field)


def refusal_of(flaw: ValidationError, field: str = "non_field_errors") -> Refusal:
    if known := REFUSALS.get(str(flaw.code)):
        return known(errors=None if field == "non_field_errors" else {field: flaw.messages})
    return invalid(field, flaw.messages)


def invalid(field: str, sentences: list[str]) -> Invalid:
    """Worded as REST framework's refusals of a body are."""
    return Invalid(f"{field}: {sentences[0]}", errors={field: sentences})
