"""Admin pages of import files, of rows that are being imported, and of what was."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.records import ReadOnly
from imports.models import ExternalReference, ImportFile, ImportRow


@admin.register(ImportFile)
class ImportFiles(ReadOnly):
    list_display = ("file_name", "workspace", "uploaded_by", "size", "state", "created_at")
    list_filter = ("state", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("workspace", "uploaded_by")
    search_fields = ("file_name", "=id", "uploaded_by__email")
    ordering = ("-created_at",)
    fields = (
        *("file_name", "workspace", "uploaded_by", "size", "sha256", "state", "storage_key"),
        "created_at",
    )
    readonly_fields = fields


@admin.register(ImportRow)
class ImportRows(ReadOnly):
    """Only while an import goes on."""

    list_display = ("number", "external_id", "workspace", "job_id", "level", "size")
    list_select_related = ("workspace",)
    search_fields = ("=job_id", "external_id")
    ordering = ("job_id", "number")
    fields = (
        *("job_id", "workspace", "number", "external_id", "parent", "level", "size"),
        *("content", "flaws", "known_task_id", "parent_task_id", "created_at"),
    )
    readonly_fields = fields


@admin.register(ExternalReference)
class ExternalReferences(ReadOnly):
    list_display = ("external_id", "source", "project", "task", "created_at")
    list_filter = ("source", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("project", "task__project")
    search_fields = ("=external_id", "=task__id")
    ordering = ("-created_at",)
    fields = ("source", "external_id", "task", "project", "workspace", "created_at")
    readonly_fields = fields
