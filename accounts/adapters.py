"""Where allauth meets the product: who may sign up, how people are made, when mail leaves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest

from accounts.allauth_internals import is_headless_request
from accounts.models import User
from accounts.services import register_person


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Through the API only; the pages are there for staff to sign in."""
        return bool(is_headless_request(request))

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Form,
        **options: bool,
    ) -> User:
        fields = form.cleaned_data
        return register_person(
            actor=None,
            email=fields["email"],
            password=fields["password"],
            name=fields.get("name", ""),
        )

    def reauthenticate(self, user: User, password: str) -> bool:
        """By the person's own address; allauth looks for one in a table that may lack it."""
        found = self.authenticate(current.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send after the commit; a mail server that is down must not undo a sign-up."""
        request = current.request
        facts = {"request": request, "email": email, "current_site": get_current_site(request)}
        message = self.render_mail(template_prefix, email, facts | context)
        transaction.on_commit(message.send, robust=True)
