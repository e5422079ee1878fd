"""Pages of rows that staff only look at."""

from typing import TYPE_CHECKING, cast

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

if TYPE_CHECKING:
    from accounts.models import User


def is_superuser(request: HttpRequest) -> bool:
    return cast("User", request.user).is_superuser


class ChangedBySuperusers:
    """Other staff may look: whoever changes such rows could give themselves rights."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)


class NeverEdited:
    """Rows that are looked at only, on pages of their own or inside another row's."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NeverEdited, ModelAdmin):
    """Looked at, never edited."""

    show_full_result_count = False
    list_per_page = 50
