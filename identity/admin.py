"""Admin pages of sessions, second factors, addresses, tokens and linked accounts."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.sites.models import Site
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import Persons
from accounts.models import User
from core.admin.bases import staff_actor
from core.admin.records import ReadOnly
from core.admin.refusals import sentence
from core.errors import Refusal
from core.models import AttemptCount
from identity.models import KnownDevice, PersonalToken, RefreshToken
from identity.services.enrolment import approve_enrolment
from identity.services.personal_tokens import revoke_token

OF_LIBRARIES = [Authenticator, EmailAddress, SocialAccount, UserSession]
"""Have pages of our own below, because those of the libraries write without our services."""
NOT_SHOWN = [Site, SocialApp, SocialToken]

admin.site.unregister(OF_LIBRARIES + NOT_SHOWN)
admin.site.unregister(User)


@admin.register(User)
class PersonsWithFactors(Persons):
    actions: ClassVar[tuple[str, ...]] = (*Persons.actions, "approve_first_factor")

    @admin.action(description="Approve a first second factor", permissions=["superuser"])
    def approve_first_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in people:
            try:
                approve_enrolment(actor=staff_actor(request), person=person)
            except Refusal as refusal:
                self.message_user(request, f"{person}: {sentence(refusal)}", messages.WARNING)
            else:
                self.log_change(request, person, "Approved a first second factor.")
                self.message_user(request, f"{person}: approved for half an hour.")


class OfPeople(ReadOnly):
    """Rows that belong to somebody."""

    search_fields: ClassVar[tuple[str, ...]] = ("user__email",)
    list_select_related = ("user",)


@admin.register(UserSession)
class Devices(OfPeople):
    """Instead of allauth's page, which searches a user name that our users do not have."""

    list_display = ("user", "ip", "user_agent", "last_seen_at")
    search_fields = ("user__email", "ip")
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")


@admin.register(Authenticator)
class Factors(OfPeople):
    """Instead of allauth's page, which shows the secrets."""

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = ("user", "type", "created_at", "last_used_at")


@admin.register(EmailAddress)
class EmailAddresses(OfPeople):
    """Read only: a verified address lets its person sign in."""

    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    search_fields = ("email", "user__email")
    ordering = ("email",)
    fields = ("email", "user", "verified", "primary")


@admin.register(SocialAccount)
class LinkedAccounts(OfPeople):
    list_display = ("user", "provider", "uid", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__email", "uid")
    ordering = ("-last_login",)
    fields = ("user", "provider", "uid", "date_joined", "last_login")


@admin.register(AttemptCount)
class AttemptCounts(ReadOnly):
    """The keys are hashes, so they do not show whose attempts were counted."""

    list_display = ("key", "count", "resets_at")
    ordering = ("-resets_at",)


@admin.register(KnownDevice)
class KnownDevices(OfPeople):
    list_display = ("user", "fingerprint", "created_at")
    ordering = ("-created_at",)


@admin.register(RefreshToken)
class RefreshTokens(ReadOnly):
    """Without the session, whose key could be used as a cookie."""

    list_display = ("id", "previous_id", "rotated_at")
    ordering = ("-rotated_at",)
    fields = ("id", "previous_id", "rotated_at")


@admin.register(PersonalToken)
class PersonalTokens(OfPeople):
    list_display = ("name", "user", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("expires_at", "revoked_at")
    search_fields = ("name", "user__email")
    ordering = ("-created_at",)
    fields = (
        "name",
        "user",
        "scopes",
        "workspace_ids",
        ("created_at", "expires_at"),
        ("last_used_at", "revoked_at"),
    )
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may deactivate people may revoke their tokens."""
        return request.user.has_perm("accounts.change_user")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Any]) -> None:
        for token in tokens:
            revoke_token(actor=staff_actor(request), token=token)
            self.log_change(request, token, "Revoked.")
        self.message_user(request, "Revoked.", messages.SUCCESS)
