"""Admin pages of background functions: what they are, how they went, and their runs."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from core.admin.bases import staff_actor
from core.admin.paging import BoundedPaginator
from core.admin.records import ReadOnly
from core.admin.refusals import REFUSED, as_refusal, sentence
from core.functions import functions
from jobs.models import FunctionFigures, FunctionRun
from jobs.services.functions.figures import all_figures
from jobs.services.functions.requests import replay_run, request_run


class ByFunction(admin.SimpleListFilter):
    """Names come from the registry: there may be many runs."""

    title = parameter_name = "function"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in functions()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[FunctionRun]
    ) -> QuerySet[FunctionRun]:
        return queryset.filter(function=self.value()) if self.value() else queryset


@admin.register(FunctionRun)
class FunctionRuns(ReadOnly):
    """Above the runs, all functions, with a button to run each now."""

    list_display = ("function", "trigger", "state", "attempts", "created_at", "took", "error")
    list_filter = (ByFunction, "state", "trigger", "created_at")
    search_fields = ("=id", "=order_key", "=requested_by_id")
    search_help_text = "The id of a run, of what it is about, or of who asked for it"
    ordering = ("-created_at",)
    paginator = BoundedPaginator
    list_before_template = "admin/functions.html"
    actions = ("replay",)
    fields = (
        *("function", "trigger", "state", "attempts", "error", "payload", "order_key"),
        *("created_at", "next_at", "started_at", "finished_at", "took", "requested_by_id"),
        "replay_of",
    )
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        run = path(
            "run/<str:name>/",
            self.admin_site.admin_view(self.run_view),
            name="jobs_functionrun_run",
        )
        return [run, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"functions": all_figures(), "may_run": self.has_decide_permission(request)}
        page: HttpResponse = super().changelist_view(request, {**context, **(extra_context or {})})
        return page

    def run_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask for a run, and go back to the list."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_decide_permission(request):
            raise PermissionDenied
        try:
            run, is_new = request_run(actor=staff_actor(request), name=name)
        except REFUSED as error:
            self.message_user(request, sentence(as_refusal(error)), messages.ERROR)
        else:
            if is_new:
                self.log_change(request, run, "Asked for.")
            done = "will run within seconds." if is_new else "is being run already."
            self.message_user(request, f"{name} {done}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:jobs_functionrun_changelist"))

    @admin.display(description="Took")
    def took(self, run: FunctionRun) -> str:
        return "" if run.milliseconds is None else f"{run.milliseconds} ms"

    @admin.action(description="Replay", permissions=["decide"])
    def replay(self, request: HttpRequest, queryset: QuerySet[FunctionRun]) -> None:
        """Each for itself, whatever happens to the others; refusals are shown."""
        self._replay_all(request, list(queryset))

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether staff may run functions and replay runs."""
        return request.user.has_perm("jobs.change_functionrun")

    def _replay_all(self, request: HttpRequest, runs: Sequence[FunctionRun]) -> None:
        actor = staff_actor(request)
        for run in runs:
            try:
                replay, is_new = replay_run(actor=actor, run=run)
            except REFUSED as error:
                self.message_user(request, f"{run}: {sentence(as_refusal(error))}", messages.ERROR)
            else:
                if is_new:
                    self.log_change(request, replay, "Replayed.")
                self.message_user(request, f"{run.function} will run again.", messages.SUCCESS)


@admin.register(FunctionFigures)
class FiguresOfFunctions(ReadOnly):
    list_display = ("name", "runs", "failures", "started_at", "milliseconds", "failed_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = (*list_display, "error")
    readonly_fields = fields
