"""The log over HTTP: what happened in a workspace, to a task, and after a number."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from activity.api.documents import EventDocument, StatusChangeDocument, as_shown
from activity.api.filters import ActivityAsked, ActivityFilters, Following, PageAsked
from activity.models import Event
from activity.services.names import Asker
from activity.services.numbers import numbered
from activity.services.pages import Pages, last_number
from activity.services.periods import between
from activity.services.undo.undoing import undo_event
from core.api.envelope import Answer
from core.api.pagination import DEFAULT_LIMIT, Page, page_limit, place_after, signed_cursor
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.errors import Invalid
from core.queries import compiled
from projects.models import Project
from projects.rights import READ_PROJECT
from tasks.models import StatusChange, Task
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

LARGEST_NUMBER = 2**63 - 1


class Gap(Invalid):
    """The log is not kept, or never was, from this number on."""

    message = "Events after this number are not kept. Read everything again, then follow the log."


class EventPages(ServiceViewSet):
    """Lists of events with a cursor, the newest first."""

    document = EventDocument
    continued = True

    def show_events(self, pages: Pages, asker: Asker) -> Response:
        limit = page_limit(self.request, DEFAULT_LIMIT)
        cursor = self.request.query_params.get("cursor")
        before = None if cursor is None else place_after(cursor, self.request)["last_place"]
        page = pages.back(before, limit)
        last = page.examined
        following = None if last is None else signed_cursor(last, last, self.request)
        shown = Page(rows=[], next_cursor=following, state=None)
        answer, headers = shown.as_answer(self.request)
        return Response(Answer(as_shown(page.events, asker), meta=answer.meta), headers=headers)


class WorkspaceActivity(EventPages):
    """What happened in a workspace."""

    queries: ClassVar = {"activity": ActivityAsked}
    # For a private project, a role in it counts.
    action_permissions: ClassVar = {"activity": Can(READ_WORKSPACE, READ_PROJECT)}
    filters = ActivityFilters
    filtered = ("activity",)

    @extend_schema(responses={200: EventDocument(many=True)})
    def activity(self, request: Request) -> Response:
        """What happened in a workspace, the newest first.

        A page examines a bounded number of events: with filters that few meet it may be empty, and
        `meta.next_cursor` goes on.
        """
        asked = request.query_params
        if not asked.get("workspace"):
            raise Invalid(errors={"workspace": ["Name a workspace."]})
        workspace = self.find(Workspace, asked["workspace"])
        wanted = dict(ActivityFilters.conditions(request))
        among = Q(workspace_id=workspace.pk)
        among &= between(workspace.pk, wanted.get("created_at__gte"), wanted.get("created_at__lt"))
        if "actor_id" in wanted:
            among &= Q(actor_id=wanted.pop("actor_id"))
        if name := asked.get("project"):
            project = self.find(Project, name)
            if project.workspace_id != workspace.pk:
                raise Invalid(errors={"project": ["Must be a project of the workspace."]})
            among &= Q(project_id=project.pk)
        pages = Pages(self.actor, among, Q(**wanted))
        return self.show_events(pages, Asker(self.actor, workspace.standing_of(self.actor)))


class TaskActivity(EventPages):
    """What happened to a task."""

    queries: ClassVar = {"activity": PageAsked}
    action_permissions: ClassVar = {"activity": Can(READ_PROJECT)}

    @extend_schema(responses={200: EventDocument(many=True)})
    def activity(self, request: Request, pk: str) -> Response:
        """What happened to a task, its comments, attachments and relations, the newest first.

        Events from before it was moved here are shown to those who may read that project as well.
        """
        task = self.find(Task, pk)
        pages = Pages(self.actor, Q(task_id=task.pk))
        return self.show_events(pages, Asker(self.actor, task.standing_of(self.actor)))


class TaskHistory(ServiceViewSet):
    """The columns a task has been in."""

    document = StatusChangeDocument
    action_permissions: ClassVar = {"list": Can(READ_PROJECT)}
    has_list_tag = True
    orderings = ("-created_at",)

    def list(self, request: Request, pk: str) -> Response:
        """The changes of a task's status, the newest first, with who made them."""
        task = self.find(Task, pk)
        steps = Selection(steps_of, task=task.pk)
        return self.show_list(steps, within=(Task, task.pk))


class WorkspaceEvents(ServiceViewSet):
    """The log of a workspace by number, for clients that follow it."""

    document = EventDocument
    queries: ClassVar = {"events": Following}
    action_permissions: ClassVar = {"events": Can(READ_WORKSPACE)}
    whole_meta: ClassVar = {"through": {"type": "integer"}, "last": {"type": "integer"}}

    @extend_schema(responses={200: EventDocument(many=True)})
    def events(self, request: Request, pk: str) -> Response:
        """The events after a number, in the order of their numbers, each exactly once.

        Numbers have no gaps, but those of events that the person may not read are left out:
        `meta.through` is the last number examined, with which to ask again as `after`, and
        `meta.last` the last one given. A page may be empty before the end of the log; at its end,
        and beyond it, `through` is what was asked for.

        400 `gap` is the answer to a number from which the log is not kept, today only to numbers
        that are never given: the client reads everything again, and then follows from
        `meta.last` of an answer it asked for before that.
        """
        workspace, asked = self.find(Workspace, pk), self.read_query()
        after = asked["after"]
        if not 0 <= after <= LARGEST_NUMBER:
            raise Gap(errors={"after": [Gap.message]})
        last = last_number(workspace.pk)
        pages = Pages(self.actor, Q(workspace_id=workspace.pk))
        page = pages.on(after, last, asked["limit"])
        asker = Asker(self.actor, workspace.standing_of(self.actor))
        meta = {"through": page.examined, "last": last}
        return Response(Answer(as_shown(page.events, asker), meta=meta))


class Events(ServiceViewSet):
    """Single events."""

    has_dry_run = True
    document = EventDocument
    # Whether the person may change what the event changed, its service asks.
    action_permissions: ClassVar = {"undo": Can(READ_WORKSPACE, READ_PROJECT)}

    @extend_schema(responses={200: EventDocument(many=True)})
    def undo(self, request: Request, pk: str) -> Response:
        """Put back what an event changed; answers with the new events of the same row.

        It takes the rights, and meets the rules, that the change back needs now. 409
        `superseded` if something newer changed the same, with these `events`; `not_undoable` if
        there is no way; `text_erased` and `former_value_gone` if nothing is left to put back.
        Undoing the new event does it again.
        """
        event: Event = self.find(Event, pk)
        made = numbered(undo_event(actor=self.actor, event=event))
        return Response(as_shown(made, Asker(self.actor, event.standing_of(self.actor))))


@compiled
def steps_of(task: Any) -> QuerySet[StatusChange]:
    return StatusChange.objects.filter(task=task)
