"""Deleting people in the admin: by superusers, after a second look."""

from typing import TYPE_CHECKING, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from accounts.models import User
from accounts.services.deletion import delete_person
from core.admin.bases import actor_of
from core.admin.refusals import REFUSED, in_words, sentence

if TYPE_CHECKING:
    from core.errors import Refusal


class Deletion(ModelAdmin):
    """A list of people from which superusers can delete some; who is deleted stays as they are."""

    actions: ClassVar[tuple[str, ...]] = ("delete_people",)

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return cast("User", request.user).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_deleted = obj is not None and obj.deleted_at is not None
        return not is_deleted and bool(super().has_change_permission(request, obj))

    @admin.action(description="Delete person", permissions=["superuser"])
    def delete_people(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> TemplateResponse | None:
        if "confirmed" not in request.POST:
            return self._second_look(request, queryset)
        people = list(queryset.order_by("pk"))
        try:
            with transaction.atomic():
                for person in people:
                    self._delete(request, person)
        except REFUSED as error:
            self.message_user(request, _reason(in_words(error)), messages.ERROR)
        else:
            self.message_user(request, f"Deleted: {len(people)}.", messages.SUCCESS)
        return None

    def _delete(self, request: HttpRequest, person: User) -> None:
        delete_person(actor=actor_of(request), person=person)
        person.refresh_from_db()  # the entry keeps what the person is called now
        self.log_change(request, person, "Deleted.")

    def _second_look(self, request: HttpRequest, people: QuerySet[User]) -> TemplateResponse:
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
