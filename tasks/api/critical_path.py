"""The schedule of a project over HTTP."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.failures import FAILURE
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from projects.models import Project
from projects.rights import READ_PROJECT
from tasks.services.schedules import schedule_of

TOO_MANY = OpenApiResponse(FAILURE.ref, "More open tasks than are scheduled")


class ScheduledTask(serializers.Serializer[Any]):
    """When a task can start and must finish, in minutes of work from now."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    duration = serializers.IntegerField()
    earliest_start = serializers.IntegerField()
    earliest_finish = serializers.IntegerField()
    latest_start = serializers.IntegerField()
    latest_finish = serializers.IntegerField()
    slack = serializers.IntegerField()
    is_critical = serializers.BooleanField()


class Schedule(serializers.Serializer[Any]):
    """The open tasks of a project by earliest start, and the minutes all of them take."""

    duration = serializers.IntegerField()
    tasks = ScheduledTask(many=True)


class CriticalPath(ServiceViewSet):
    """The order in which the open tasks of a project can be done."""

    outputs: ClassVar = {"schedule": Schedule}
    action_permissions: ClassVar = {"schedule": Can(READ_PROJECT)}

    @extend_schema(responses={200: Schedule, 409: TOO_MANY})
    def schedule(self, request: Request, pk: str) -> Response:
        """Schedule the open tasks of a project; without slack, a task delays the end."""
        return Response(schedule_of(self.find(Project, pk)))
