"""Admin pages of django-celery-beat's models, with the theme of the other pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import TextField
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.admin.records import ChangedBySuperusers, is_superuser

SCHEDULES = (ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule)

admin.site.unregister([PeriodicTask, *SCHEDULES])


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """A drop-down of the tasks registered in the Celery app."""


class PeriodicTaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()

    def clean(self) -> dict[str, Any]:
        """Skip the library's `clean` after errors: it raises KeyError for an invalid field."""
        cleaned: dict[str, Any] = self.cleaned_data if self.errors else super().clean()
        return cleaned


@admin.register(PeriodicTask)
class PeriodicTasks(ChangedBySuperusers, beat.PeriodicTaskAdmin, ModelAdmin):
    """Changed by superusers only: a row can make the workers run any task with any arguments."""

    form = PeriodicTaskForm
    # The library's template has an inline script, which the content security policy refuses.
    change_form_template = "admin/change_form.html"
    formfield_overrides: ClassVar = {TextField: {"max_length": 20_000}}
    list_display = ("name", "enabled", "schedule_in_words", "last_run_at", "total_run_count")
    list_filter = ("enabled", "one_off", "last_run_at")
    date_hierarchy = None
    list_filter_submit = True

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For superusers only: the library's actions check no permission, and one runs the task."""
        return dict(super().get_actions(request)) if is_superuser(request) else {}

    @admin.display(description="Schedule")
    def schedule_in_words(self, task: PeriodicTask) -> str:
        return str(task.interval or task.crontab or task.solar or task.clocked or "")


class TasksOnSchedule(beat.PeriodicTaskInline, TabularInline):
    fields = ("name", "task", "enabled")
    readonly_fields = fields
    tab = True


class Schedules(ChangedBySuperusers, ModelAdmin):
    inlines = (TasksOnSchedule,)


@admin.register(ClockedSchedule)
class ClockedSchedules(Schedules):
    list_display = ("clocked_time",)


@admin.register(CrontabSchedule)
class CrontabSchedules(Schedules):
    list_display = ("__str__", "human_readable")
    readonly_fields = ("human_readable",)
    fields = (
        "human_readable",
        "minute",
        "hour",
        "day_of_month",
        "month_of_year",
        "day_of_week",
        "timezone",
    )


admin.site.register([IntervalSchedule, SolarSchedule], Schedules)
