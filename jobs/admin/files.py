"""Admin page of the files that jobs have made; staff does not read them."""

from django.contrib import admin

from core.admin.records import ReadOnly
from jobs.models import ResultFile


@admin.register(ResultFile)
class ResultFiles(ReadOnly):
    list_display = ("name", "owner", "workspace", "content_type", "size", "expires_at")
    list_select_related = ("owner", "workspace")
    search_fields = ("=id", "=job__id", "owner__email", "=workspace__id")
    ordering = ("-created_at",)
    fields = (
        *("job", "workspace", "owner", "name", "content_type", "size"),
        *("created_at", "expires_at"),
    )
    readonly_fields = fields
