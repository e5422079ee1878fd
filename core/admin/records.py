"""Permissions for admin pages of rows that staff can read but not edit."""

from typing import TYPE_CHECKING, cast

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

if TYPE_CHECKING:
    from accounts.models import User


def is_superuser(request: HttpRequest) -> bool:
    return cast("User", request.user).is_superuser


class ChangedBySuperusers:
    """Only superusers may change the rows, by which other staff could give themselves rights."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)


class NeverEdited:
    """Refuses to add, change or delete, on a page of its own or in an inline."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NeverEdited, ModelAdmin):
    """A page of rows that cannot be added, changed or deleted."""

    show_full_result_count = False
    list_per_page = 50
