"""Admin pages of jobs, with the actions Cancel and Retry."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.admin.badges import badge
from core.admin.bases import staff_actor
from core.admin.paging import BoundedPaginator
from core.admin.records import ReadOnly
from core.errors import Refusal
from jobs.models import Job, JobState
from jobs.registry import percent_done
from jobs.services.submission import cancel_job, retry_job

COLOURS = {
    JobState.PROCESSING.value: "info",
    JobState.COMPLETED.value: "success",
    JobState.FAILED.value: "danger",
    JobState.CANCELLED.value: "warning",
}


@admin.register(Job)
class Jobs(ReadOnly):
    """Cancelled and begun again by staff with the permission to change jobs."""

    list_display = ("type", "owner", "workspace", "state_badge", "progress", "created_at")
    list_filter = ("state", "type")
    list_select_related = ("owner", "workspace")
    search_fields = ("=id", "=workspace__id", "=owner__id", "=owner__email")
    search_help_text = "An id: of a job, its owner or workspace; or the owner's address"
    ordering = ("-pk",)
    paginator = BoundedPaginator
    actions = ("cancel", "retry")
    fieldsets = (
        (None, {"fields": ("type", "owner", "workspace", "state", "progress", "done", "total")}),
        ("What it is about", {"fields": ("payload", "result", "error")}),
        (
            "Way",
            {
                "fields": (
                    *("attempts", "failures", "position", "ending", "claim", "next_at"),
                    *("seconds", "created_at", "started_at", "finished_at", "cancelled_at"),
                    "idempotency_key",
                )
            },
        ),
    )
    readonly_fields = tuple(name for _, part in fieldsets for name in part["fields"])

    @badge("State", ordering="state", colours=COLOURS)
    def state_badge(self, job: Job) -> tuple[str, str]:
        return job.state, JobState(job.state).label

    @admin.display(description="Progress")
    def progress(self, job: Job) -> SafeString | str:
        """A bar, and the sentence beside it."""
        percent = percent_done(job.state, job.done, job.total)
        if percent is None:
            return job.sentence or "-"
        return format_html(
            '<progress max="100" value="{}" style="width:8rem" aria-label="Progress"></progress>'
            " {} % {}",
            *(percent, percent, job.sentence),
        )

    @admin.action(description="Cancel", permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._carry_out(request, queryset, cancel_job, "Cancelled.")

    @admin.action(description="Retry", permissions=["decide"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._carry_out(request, queryset, retry_job, "Begun again.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether staff have the permission to change jobs."""
        return request.user.has_perm("jobs.change_job")

    def _carry_out(
        self, request: HttpRequest, jobs: QuerySet[Job], service: Callable[..., Any], done: str
    ) -> None:
        """Call the service for each, whatever happens to the others; refusals are shown."""
        actor = staff_actor(request)
        for job in jobs:
            try:
                service(actor=actor, job=job)
            except Refusal as refusal:
                self.message_user(request, f"{job}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, job, done)
