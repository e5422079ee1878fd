"""Who follows a task, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.fields import Input, Visible
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from projects.rights import READ_PROJECT
from tasks.api.documents import WatcherDocument
from tasks.models import Task, Watcher
from tasks.services.watchers import unwatch_task, watch_task


class Follower(Input):
    """Who is to follow the task; by default the person who asks."""

    user_id = Visible(User, source="person", required=False)


class TaskWatchers(ServiceViewSet):
    """The people who follow a task."""

    has_dry_run = True
    document = WatcherDocument
    inputs: ClassVar = {"create": Follower}
    # The service asks for the right to change the task where it is about somebody else.
    action_permissions: ClassVar = {
        "list": Can(READ_PROJECT),
        "create": Can(READ_PROJECT),
        "unwatch": Can(READ_PROJECT),
    }
    has_list_tag = True
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        task = self.find(Task, pk)
        return self.show_list(Selection(watchers_of, task=task.pk), within=(Task, task.pk))

    def create(self, request: Request, pk: str) -> Response:
        """Follow the task, or let somebody who may read it follow."""
        task = self.find(Task, pk)
        person = self.read_input().get("person", self.request.user)
        watcher = watch_task(actor=self.actor, task=task, person=person)
        return self.show(watcher, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def unwatch(self, request: Request, pk: str, person: str) -> Response:
        """Follow the task no longer; `me` is the person who asks."""
        task = self.find(Task, pk)
        watching = User.objects.filter(pk__in=Watcher.objects.filter(task=task).values("user"))
        followed_by = self.actor.person if person == "me" else self.find_among(watching, person)
        unwatch_task(actor=self.actor, task=task, person=followed_by)
        return Response(status=status.HTTP_204_NO_CONTENT)


@compiled
def watchers_of(task: Any) -> QuerySet[Watcher]:
    return Watcher.objects.filter(task=task)
