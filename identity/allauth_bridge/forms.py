"""What sign-up asks beside address and password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from core.names import check_name


class SignupForm(forms.Form):
    """Must not import allauth's forms: they import this one."""

    name = forms.CharField(max_length=200, required=False, validators=[check_name])

    def clean(self) -> dict[str, Any]:
        """Look for the address and the name in the password: allauth checks it alone."""
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if password := fields.get("password"):
            person = User(email=fields.get("email", ""), name=fields.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as weakness:
                self.add_error("password", weakness)
        return fields

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing is left to do: the adapter has registered the person with their name."""
