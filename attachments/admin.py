"""Admin pages of attachments, of how much workspaces have stored, of searches through files."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from attachments.models import Attachment, State, StoredBytes, Sweep
from attachments.services.attachments import (
    delete_attachment,
    restore_attachment,
    set_quarantine,
)
from attachments.services.links import file_link
from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from core.admin.records import ReadOnly


@admin.register(Attachment)
class Attachments(ServiceAdmin):
    """Files are added over HTTP; here they are read, deleted and restored."""

    list_display = ("file_name", "content_type", "size", "state", "task", "uploaded_by")
    list_filter = (
        Deletion,
        "state",
        ("workspace", AutocompleteSelectFilter),
        ("uploaded_by", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("task", "uploaded_by")
    search_fields = ("file_name", "uploaded_by__email", "task__title")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    actions = ("bring_back", "quarantine", "release")
    fieldsets = (
        (None, {"fields": ("file_name", "link", ("content_type", "claimed_type"), "size")}),
        ("Facts", {"fields": (("task", "comment", "uploaded_by"), "state", "created_at")}),
        (
            "File",
            {
                "fields": (
                    *("sha256", "storage_key"),
                    ("thumbnail_key", "thumbnail_size", "thumbnail_tried_at"),
                )
            },
        ),
    )
    readonly_fields = (
        *("file_name", "link", "content_type", "claimed_type", "size", "task", "comment"),
        *("uploaded_by", "state", "created_at", "sha256", "storage_key", "thumbnail_key"),
        *("thumbnail_size", "thumbnail_tried_at"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def update(
        self, actor: Actor, row: Attachment, changes: dict[str, Any], version: int | None
    ) -> None:
        """Nothing of a file is changed: the page has a button for it all the same."""

    def remove(self, actor: Actor, row: Attachment) -> None:
        delete_attachment(actor=actor, attachment=row)

    @admin.display(description="Download")
    def link(self, attachment: Attachment) -> str:
        if attachment.state != State.READY or attachment.deleted_at is not None:
            return "—"
        return format_html('<a href="{}">{}</a>', file_link(attachment), attachment.file_name)

    @admin.action(description="Restore the chosen attachments", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, attachment: restore_attachment(actor=actor, attachment=attachment),
            "Restored",
        )

    @admin.action(description="Keep the chosen files from being read", permissions=["change"])
    def quarantine(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        step = partial(_set_quarantine, is_suspect=True)
        self.carry_out(request, queryset, step, "Put under quarantine")

    @admin.action(description="Let the chosen files be read again", permissions=["change"])
    def release(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        step = partial(_set_quarantine, is_suspect=False)
        self.carry_out(request, queryset, step, "Released")


def _set_quarantine(actor: Actor, attachment: Attachment, *, is_suspect: bool) -> None:
    set_quarantine(actor=actor, attachment=attachment, is_suspect=is_suspect)


@admin.register(StoredBytes)
class StoredBytesOfWorkspaces(ReadOnly):
    list_display = ("workspace", "total")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name",)
    ordering = ("-total",)


@admin.register(Sweep)
class Sweeps(ReadOnly):
    list_display = ("name", "last_key", "noted_at")
    ordering = ("name",)
