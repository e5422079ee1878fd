"""Admin pages of people and groups; passwords are neither shown nor set here."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import ACCESS_FIELDS, PROFILE_FIELDS, change_access, change_profile
from core.admin.bases import staff_actor
from core.admin.forms import OneLineForm
from core.admin.records import ChangedBySuperusers, is_superuser
from core.admin.refusals import REFUSED, as_refusal, sentence

if TYPE_CHECKING:
    from django.forms import ModelForm

    from core.errors import Refusal

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


@admin.register(Group)
class Groups(ChangedBySuperusers, DjangoGroupAdmin, ModelAdmin):
    """Groups, whose permissions their members have."""


@admin.register(User)
class Persons(ModelAdmin):
    """People; superusers can delete them after a confirmation; deleted ones cannot be edited."""

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
        """False, because history refers to people: the action erases personal data, not the row."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers may change staff and superusers; nobody may change deleted people."""
        is_staff = obj is not None and (obj.is_staff or obj.is_superuser)
        is_deleted = obj is not None and obj.deleted_at is not None
        if is_deleted or (is_staff and not is_superuser(request)):
            return False
        return bool(super().has_change_permission(request, obj))

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only superusers may set POWERS, or staff could make themselves superusers."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if is_superuser(request) else (*fixed, *POWERS)

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: "ModelForm[User]",
        change: object,
    ) -> None:
        actor = staff_actor(request)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        profile = {name: changed[name] for name in PROFILE_FIELDS if name in changed}
        access = {name: changed[name] for name in ACCESS_FIELDS if name in changed}
        change_profile(actor=actor, person=obj, **profile)
        change_access(actor=actor, person=obj, **access)

    @admin.action(description="Delete person", permissions=["superuser"])
    def delete_people(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> TemplateResponse | None:
        if "confirmed" not in request.POST:
            return self._confirmation_page(request, queryset)
        people = list(queryset.order_by("pk"))
        try:
            with transaction.atomic():
                for person in people:
                    self._delete(request, person)
        except REFUSED as error:
            self.message_user(request, _reason(as_refusal(error)), messages.ERROR)
        else:
            self.message_user(request, f"Deleted: {len(people)}.", messages.SUCCESS)
        return None

    def _delete(self, request: HttpRequest, person: User) -> None:
        delete_person(actor=staff_actor(request), person=person)
        person.refresh_from_db()  # the log entry must have the name after erasure
        self.log_change(request, person, "Deleted.")

    def _confirmation_page(self, request: HttpRequest, people: QuerySet[User]) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete these people for good?",
            "opts": self.opts,
            "people": people,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/delete_people.html", context)


def _reason(refusal: "Refusal") -> str:
    names = ", ".join(workspace["name"] for workspace in refusal.facts.get("workspaces", ()))
    return f"{sentence(refusal)} ({names})" if names else sentence(refusal)
