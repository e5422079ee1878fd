"""How staff get into the admin in tests."""

from django.http import HttpRequest
from django.test import Client

from accounts.models import User
from identity.allauth_bridge.internals import flows


def sign_in_staff(browser: Client, person: User) -> None:
    """Sign in and leave the record that a second factor leaves in the session."""
    browser.force_login(person)
    request = HttpRequest()
    request.session = browser.session
    flows.login.record_authentication(request, person, "mfa", type="totp")
    request.session.save()
