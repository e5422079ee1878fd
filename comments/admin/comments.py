"""Admin page of comments, and their inline on the page of a task."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from comments.admin.records import Mentions, Reactions, Revisions
from comments.models import Comment
from comments.services.comments import add_comment, delete_comment, edit_comment, restore_comment
from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from core.admin.inlines import Inline
from tasks.admin.tasks import Tasks

SHOWN_AT_MOST = 80


@admin.register(Comment)
class Comments(ServiceAdmin):
    list_display = ("excerpt", "author", "task", "created_at", "edited_at")
    list_filter = (
        Deletion,
        ("workspace", AutocompleteSelectFilter),
        ("task__project", AutocompleteSelectFilter),
        ("author", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("author", "task")
    search_fields = ("content", "author__email", "task__title")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    autocomplete_fields = ("task",)
    actions = ("bring_back",)
    add_fieldsets = ((None, {"fields": ("task", "content")}),)
    fieldsets = (
        (None, {"fields": ("content",)}),
        ("Facts", {"fields": (("task", "author", "parent"), ("created_at", "edited_at"))}),
    )
    readonly_fields = ("author", "parent", "created_at", "edited_at")
    inlines = (Revisions, Reactions, Mentions)
    set_once = ("task",)

    def create(self, actor: Actor, **values: Any) -> Comment:
        return add_comment(actor=actor, **values)

    def update(
        self, actor: Actor, row: Comment, changes: dict[str, Any], version: int | None
    ) -> None:
        content = changes.get("content", row.content)
        edit_comment(actor=actor, comment=row, content=content, version=version)

    def remove(self, actor: Actor, row: Comment) -> None:
        delete_comment(actor=actor, comment=row)

    @admin.display(description="Comment", ordering="content")
    def excerpt(self, comment: Comment) -> str:
        text = " ".join(comment.content.split())
        return text if len(text) <= SHOWN_AT_MOST else f"{text[:SHOWN_AT_MOST]}…"

    @admin.action(description="Restore the chosen comments", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, comment: restore_comment(actor=actor, comment=comment),
            "Restored",
        )


class OnTask(Inline):
    model = Comment
    fk_name = "task"
    fields = ("content", "author", "created_at")
    readonly_fields = ("author", "created_at")
    ordering = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(deleted_at=None).select_related("author")


Tasks.inlines = (OnTask, *Tasks.inlines)
