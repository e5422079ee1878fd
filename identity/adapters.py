"""Allauth's adapters: limits, sign-up, mails, providers and the encryption of second factors."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.passwords import LONGEST_PASSWORD
from core.errors import TooManyRequests
from core.limits import client_address, client_network, give_back, reset, take
from identity.allauth_bridge.internals import exceptions, httpkit, mfa_adapter, ratelimit
from identity.letters import Account
from identity.limits import CODE_PAUSE, WRONG_PASSWORDS, WRONG_PASSWORDS_FROM
from identity.providers.http_client import CappedSession
from identity.providers.redirects import KINDS
from identity.providers.registry import provider_called
from identity.services.mails import enqueue_sealed
from identity.services.recovery import note_device
from outbox.mail.drafts import MASK
from outbox.mail.text import plain

HARMLESS = ("email", "ip", "user_agent")
OUR_WORDS = {
    "account/email/email_confirmation": "confirmation",
    "account/email/email_confirmation_signup": "confirmation",
    "account/email/account_already_exists": "existing_account",
}
"""Our letters instead of allauth's, by the prefix of its templates."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: only our own services register people."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Allauth's own fails if there are fewer forwarded addresses than proxies."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before it is evaluated."""
        with self.refusals_in_form(request):
            take(WRONG_PASSWORDS_FROM, client_network(request))
            take(WRONG_PASSWORDS, credentials.get("email", ""))

    @contextmanager
    def refusals_in_form(self, request: HttpRequest) -> Iterator[None]:
        """Turn TooManyRequests into an error of the form on HTML pages."""
        try:
            yield
        except TooManyRequests as refusal:
            if httpkit.is_headless_request(request):
                raise
            raise self.validation_error("too_many_login_attempts") from refusal

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """None for a password that is too long, which is neither normalised nor hashed."""
        if len(credentials.get("password") or "") > LONGEST_PASSWORD:
            return None
        person: User | None = super().authenticate(request, **credentials)
        if person and person.is_active:
            give_back(WRONG_PASSWORDS_FROM, client_network(request))
            give_back(WRONG_PASSWORDS, credentials.get("email", ""))
        return person

    def reauthenticate(self, user: User, password: str) -> bool:
        """By `User.email`, even if allauth has no EmailAddress of the person."""
        found = self.authenticate(current.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **facts)
        agent = self.get_http_user_agent(request)
        note_device(person=user, user_agent=agent, address=client_address(request))
        return response

    def set_password(self, user: User, password: str) -> None:
        """Also resets the limit on wrong passwords: the person has proved who they are."""
        super().set_password(user, password)
        reset(WRONG_PASSWORDS, user.email)

    def should_send_confirmation_mail(
        self, request: HttpRequest, email_address: EmailAddress, signup: object
    ) -> bool:
        """Counts mails of sign-ins; those of sign-ups are counted before their transaction."""
        if not signup:
            try:
                take(CODE_PAUSE, email_address.email)
            except TooManyRequests as refusal:
                if httpkit.is_headless_request(request):
                    raise
                raise exceptions.ImmediateHttpResponse(ratelimit.respond_429(request)) from refusal
        return True

    def send_account_already_exists_mail(self, email: str) -> None:
        """Also hashes, as a new sign-up does, so that the time does not reveal known addresses."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """To `User.email`, even if allauth has no EmailAddress of the person."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Enqueues the mail: a mail server that is down must not roll back a sign-up."""
        origin = template_prefix.rpartition("/")[2]
        if kind := OUR_WORDS.get(template_prefix):
            link = context.get("activate_url") or context.get("password_reset_url") or ""
            code = context.get("code") or ""
            enqueue_sealed(kind, Account(email=email, link=link, code=code), origin=origin)
            return
        site = get_current_site(current.request)
        facts = {"request": current.request, "email": email, "current_site": site} | context
        facts["user_agent"] = plain(facts.get("user_agent", ""))
        written = self.render_mail(template_prefix, email, facts)
        kept = self.render_mail(template_prefix, email, _masked(facts)).body
        about = Account(
            email=email,
            subject=str(written.subject),
            text=str(written.body),
            at=context.get("timestamp"),
            address=context.get("ip", ""),
            user_agent=facts["user_agent"],
        )
        enqueue_sealed("written_by_allauth", about, kept={"text": str(kept)}, origin=origin)


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """False: only our own services register people."""
        return False

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """None, so that allauth's pages offer none."""
        return []

    def list_apps(self, *args: Any, **options: Any) -> list[SocialApp]:
        """None: providers are configured in the settings, not in allauth's table."""
        return []

    def get_provider(self, request: HttpRequest, provider: str, client_id: object = None) -> Any:
        found = provider_called(provider)
        app = SocialApp(
            provider=found.kind,
            provider_id=found.id,
            name=found.name,
            client_id=found.client_id,
            secret=found.secret,
            settings={"oauth_pkce_enabled": True, "server_url": found.server},
        )
        return KINDS[found.kind](request, app=app)

    def get_requests_session(self) -> CappedSession:
        return CappedSession()


def _masked(facts: dict[str, Any]) -> dict[str, Any]:
    """The context with all texts masked, except those in HARMLESS."""
    return {
        name: MASK if isinstance(value, str) and name not in HARMLESS else value
        for name, value in facts.items()
    }


class MFAAdapter(mfa_adapter.DefaultMFAAdapter):
    """Second factors are encrypted, and passkeys are bound to the host in the settings."""

    def encrypt(self, text: str) -> str:
        return _cipher(_keys()).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher(_keys()).decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """From the settings, because the caller chooses the Host header."""
        return {"id": settings.AUTH_WEBAUTHN_RP_ID, "name": settings.MFA_TOTP_ISSUER}


def _keys() -> tuple[str, ...]:
    return (*settings.AUTH_MFA_KEYS, settings.SECRET_KEY)


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    # The keys are random already, so one hash with a prefix for the purpose is enough.
    return base64.urlsafe_b64encode(hashlib.sha256(b"accounts.mfa" + key.encode()).digest())
