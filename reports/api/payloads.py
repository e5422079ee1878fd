"""What is asked for in a job that makes a report, and what its result looks like."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.api.fields import Input, Visible
from core.days import check_day
from core.errors import Invalid
from jobs.api.files import FileOfJob
from jobs.api.payloads import register_payload
from projects.models import Project
from reports.models import Step, What
from reports.services.numbers import check_range
from reports.services.reports import REPORT

FORMATS = ("json", "svg", "png")


class ReportPayload(Input):
    """Days from `from_date` to `to_date`, at most two years, in UTC; weeks begin on Monday.

    Without a project all those of the workspace that one may read. The numbers are the job's
    result in any case; `svg` and `png` are files of it.
    """

    what = serializers.ChoiceField(What.choices)
    project_id = Visible(Project, source="project", required=False, allow_null=True)
    from_date = serializers.DateField(validators=[check_day])
    to_date = serializers.DateField(validators=[check_day])
    step = serializers.ChoiceField(Step.choices, default=Step.DAY.value)
    formats = serializers.ListField(
        child=serializers.ChoiceField(FORMATS), max_length=len(FORMATS), default=["json"]
    )

    class Meta:
        also: ClassVar = {"from": "from_date", "to": "to_date", "project": "project_id"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            check_range(attrs["from_date"], attrs["to_date"])
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.errors) from None
        return attrs


class ReportStep(serializers.Serializer[Any]):
    """A day or week: `scope` and `remaining` are tasks at its end, `completed` also in all.

    Of throughput there is only `completed`: those in this step.
    """

    start = serializers.DateField()
    completed = serializers.IntegerField()
    scope = serializers.IntegerField(required=False)
    remaining = serializers.IntegerField(required=False)


class Assignee(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class Workload(serializers.Serializer[Any]):
    """The open tasks of somebody, or of nobody; `due` are those due in the range."""

    assignee = Assignee(allow_null=True)
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    due = serializers.IntegerField()
    estimate_minutes = serializers.IntegerField()
    due_estimate_minutes = serializers.IntegerField()
    not_estimated = serializers.IntegerField()


class ReportResult(serializers.Serializer[Any]):
    """The numbers; `name` is that of the project or of the workspace."""

    what = serializers.ChoiceField(What.choices)
    name = serializers.CharField()
    project_id = serializers.CharField(allow_null=True)
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    step = serializers.ChoiceField(Step.choices)
    steps = ReportStep(many=True)
    people = Workload(many=True)
    files = FileOfJob(many=True)


register_payload(REPORT, ReportPayload, result=ReportResult)
