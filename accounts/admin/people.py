"""People, for staff; nobody sees or sets a password here."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import URLField
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.admin.deletion import Deletion
from accounts.models import User
from accounts.services.people import ACCESS_FIELDS, PROFILE_FIELDS, change_access, change_profile
from core.admin.bases import actor_of
from core.admin.forms import OneLineForm
from core.admin.records import ChangedBySuperusers, is_superuser

if TYPE_CHECKING:
    from django.forms import ModelForm

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


@admin.register(Group)
class Groups(ChangedBySuperusers, DjangoGroupAdmin, ModelAdmin):
    """What a group may do, its members may do."""


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
    actions: ClassVar[tuple[str, ...]] = ("delete_people",)
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
