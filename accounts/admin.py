"""People, for staff; nobody sees or sets a password here."""

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.admin_deletion import Deletion
from accounts.admin_matches import AccountMatches
from accounts.models import (
    AccountMatch,
    AttemptCount,
    ExternalRecord,
    KnownDevice,
    PersonalToken,
    User,
    WebhookReceipt,
)
from accounts.services import ACCESS_FIELDS, PROFILE_FIELDS, change_access, change_profile
from core.admin.bases import actor_of
from core.admin.forms import OneLineForm
from core.admin.records import ChangedBySuperusers, ReadOnly, is_superuser
from core.admin.refusals import sentence
from core.errors import Refusal
from identity.services.enrolment import approve_enrolment
from identity.services.personal_tokens import revoke_token

if TYPE_CHECKING:
    from django.forms import ModelForm

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")

OF_LIBRARIES = [Authenticator, EmailAddress, Group, SocialAccount, UserSession]
"""Shown by pages of our own below: the libraries' write past the services."""
NOT_SHOWN = [Site, SocialApp, SocialToken]

admin.site.unregister(OF_LIBRARIES + NOT_SHOWN)


@admin.register(Group)
class Groups(ChangedBySuperusers, DjangoGroupAdmin, ModelAdmin):
    """What a group may do, its members may do."""


@admin.register(UserSession)
class Devices(ReadOnly):
    """allauth's own page would search people by a user name nobody has here."""

    list_display = ("user", "ip", "user_agent", "last_seen_at")
    search_fields = ("user__email", "ip")
    list_select_related = ("user",)
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")


@admin.register(Authenticator)
class Factors(ReadOnly):
    """Without the secrets, which allauth's own page shows."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    fields = ("user", "type", "created_at", "last_used_at")


@admin.register(EmailAddress)
class EmailAddresses(ReadOnly):
    """Who has a proved address is let in by it: nobody writes one by hand."""

    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    search_fields = ("email", "user__email")
    list_select_related = ("user",)
    ordering = ("email",)
    fields = ("email", "user", "verified", "primary")


@admin.register(SocialAccount)
class LinkedAccounts(ReadOnly):
    list_display = ("user", "provider", "uid", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__email", "uid")
    list_select_related = ("user",)
    ordering = ("-last_login",)
    fields = ("user", "provider", "uid", "date_joined", "last_login")


@admin.register(AttemptCount)
class AttemptCounts(ReadOnly):
    """Who is locked out is not told: the keys are hashes."""

    list_display = ("key", "count", "resets_at")
    ordering = ("-resets_at",)


@admin.register(KnownDevice)
class KnownDevices(ReadOnly):
    list_display = ("user", "fingerprint", "created_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("-created_at",)


@admin.register(User)
class Persons(Deletion):
    form = OneLineForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff", "is_superuser", "created_at")
    search_fields = ("email", "name", "external_id")
    ordering = ("-created_at",)
    show_full_result_count = False
    # Django 6's own default; without it Django 5 warns.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = (
        "id",
        "external_id",
        "email",
        "last_login",
        "created_at",
        "deleted_at",
        "enrolment_approved_until",
    )
    actions = ("delete_people", "approve_first_factor")
    fieldsets = [
        (None, {"fields": ("email", "name", "avatar_url", "time_zone")}),
        ("Access", {"fields": ("is_active", *POWERS, "enrolment_approved_until")}),
        ("Facts", {"fields": ("id", "external_id", "last_login", "created_at", "deleted_at")}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People register themselves, or arrive from an identity provider."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """History points at people: the action blanks them, no row goes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff and superusers are changed by superusers only."""
        is_staff = obj is not None and (obj.is_staff or obj.is_superuser)
        if is_staff and not is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only a superuser hands out powers, or staff could make themselves one."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if is_superuser(request) else (*fixed, *POWERS)

    @admin.action(description="Approve a first second factor", permissions=["superuser"])
    def approve_first_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in people:
            try:
                approve_enrolment(actor=actor_of(request), person=person)
            except Refusal as refusal:
                self.message_user(request, f"{person}: {sentence(refusal)}", messages.WARNING)
            else:
                self.log_change(request, person, "Approved a first second factor.")
                self.message_user(request, f"{person}: approved for half an hour.")

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: "ModelForm[User]",
        change: object,
    ) -> None:
        actor = actor_of(request)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        profile = {name: changed[name] for name in PROFILE_FIELDS if name in changed}
        access = {name: changed[name] for name in ACCESS_FIELDS if name in changed}
        change_profile(actor=actor, person=obj, **profile)
        change_access(actor=actor, person=obj, **access)


@admin.register(PersonalToken)
class PersonalTokens(ReadOnly):
    list_display = ("name", "user", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("expires_at", "revoked_at")
    list_select_related = ("user",)
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
        """Whoever may keep people out may keep their programs out."""
        return request.user.has_perm("accounts.change_user")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Any]) -> None:
        for token in tokens:
            revoke_token(actor=actor_of(request), token=token)
            self.log_change(request, token, "Revoked.")
        self.message_user(request, "Revoked.", messages.SUCCESS)


admin.site.register(AccountMatch, AccountMatches)


@admin.register(ExternalRecord)
class ExternalRecords(ReadOnly):
    list_display = ("id", "heard_at", "is_deleted")
    list_filter = ("is_deleted",)
    search_fields = ("id",)
    ordering = ("id",)
    fields = ("id", "heard_at", "is_deleted")


@admin.register(WebhookReceipt)
class WebhookReceipts(ReadOnly):
    list_display = ("id", "kind", "received_at")
    list_filter = ("kind", "received_at")
    search_fields = ("id",)
    ordering = ("-received_at",)
    fields = ("id", "kind", "received_at")
