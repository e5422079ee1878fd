"""Forms of the pages of staff: what is typed counts towards the limits of the API."""

from allauth.account.adapter import get_adapter
from allauth.core import context as current
from django import forms

from accounts.passwords import MOST_CHARACTERS as LONGEST_PASSWORD
from core.errors import TooManyRequests
from core.limits import client_network, take
from identity.allauth_bridge.internals import account_forms
from identity.limits import CODES, CODES_FROM


class VerificationCode(account_forms.ConfirmEmailVerificationCodeForm):
    """Three codes may be tried in a session; allauth's own count is one that races."""

    def clean_code(self) -> str:
        request = current.request
        try:
            take(CODES_FROM, client_network(request))
            take(CODES, str(request.session.session_key))
        except TooManyRequests as refusal:
            raise get_adapter(request).validation_error("too_many_login_attempts") from refusal
        return str(super().clean_code())


class EnrolmentCode(forms.Form):
    code = forms.CharField(
        max_length=32, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )


class NewPassword(forms.Form):
    current_password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
